import Glibc
import KernelInterface
import TensorCore
import TestSupport
import Testing

/// Every operation that is shared out over threads gives the same bits for one, two and three threads and for each
/// instruction set. The sizes are large enough for three threads to get work. One test at a time: they share the backends.
@Suite("The same bits", .serialized)
struct SameBitsTests {
  private static let backends = Processor.supportedInstructionSets.flatMap { instructionSet in
    [1, 2, 3].map { Backend(instructionSet: instructionSet, threads: $0) }
  }

  private func expectSameBits(_ what: String, _ compute: (Backend) -> Tensor) {
    let results = Self.backends.map(compute)
    for (backend, result) in zip(Self.backends, results).dropFirst() {
      #expect(
        haveSameBits(result, results[0]),
        "\(what) with \(backend.kernels.instructionSet) on \(backend.threads.size) threads")
    }
    #expect(Set(results[0].values.prefix(100)).count > 1, "\(what) computes something")
  }

  private func haveSameBits(_ a: Tensor, _ b: Tensor) -> Bool {
    a.withValues { a in
      b.withValues { b in
        guard a.count == b.count, let a = a.baseAddress, let first = b.baseAddress else { return false }
        return memcmp(a, first, 4 * b.count) == 0
      }
    }
  }

  private static let rows = 71
  private static let columns = 2801
  private static let xs = seededValues(rows * columns, seed: 1, low: -4, high: 4)
  private static let ys = seededValues(rows * columns, seed: 2)

  private func x(_ backend: Backend) -> Tensor { Tensor(Self.xs, [Self.rows, Self.columns], on: backend) }
  private func y(_ backend: Backend) -> Tensor { Tensor(Self.ys, [Self.rows, Self.columns], on: backend) }

  /// `write` adds to the values of y.
  private func added(to backend: Backend, _ write: (TensorDestination) -> Void) -> Tensor {
    let sum = y(backend)
    write(sum.accumulatingDestination)
    return sum
  }

  @Test(
    "matrix products in every orientation",
    arguments: [(96, 128, 80), (200, 64, 90), (4, 1510, 131), (1510, 4, 131), (67, 129, 131)], 0..<4)
  func matrixProducts(size: (m: Int, n: Int, k: Int), orientation: Int) {
    let (m, n, k) = size
    let (transposingA, transposingB) = (orientation & 1 == 1, orientation & 2 == 2)
    let (aValues, bValues) = (Array(Self.xs.prefix(m * k)), Array(Self.ys.prefix(k * n)))
    let biasValues = Array(Self.xs.suffix(n))
    expectSameBits("[\(m), \(k)] x [\(k), \(n)]") { backend in
      let a = Tensor(aValues, transposingA ? [k, m] : [m, k], on: backend)
      let b = Tensor(bValues, transposingB ? [n, k] : [k, n], on: backend)
      let c = Tensor.matrixProduct(
        a, b, transposingA: transposingA, transposingB: transposingB, bias: Tensor(biasValues, [n], on: backend))
      c.accumulatingDestination.writeMatrixProduct(a, b, transposingA: transposingA, transposingB: transposingB)
      return c
    }
  }

  @Test("an element of a product is one chain of fused multiply-adds over k that begins at the bias")
  func chain() {
    let (m, n, k) = (50, 90, 333)
    let (a, b, bias) = (seededValues(m * k, seed: 6), seededValues(k * n, seed: 7), seededValues(n, seed: 8))
    for backend in Self.backends {
      let c = Tensor.matrixProduct(
        Tensor(a, [m, k], on: backend), Tensor(b, [k, n], on: backend), bias: Tensor(bias, [n], on: backend)
      ).values
      for (row, column) in [(0, 0), (49, 89), (17, 31), (12, 64)] {
        let chain = (0..<k).reduce(bias[column]) { $0.addingProduct(a[row * k + $1], b[$1 * n + column]) }
        #expect(c[row * n + column] == chain)
      }
    }
  }

  @Test("products with what follows them, with packed operands, and by the batch")
  func productForms() {
    for (m, n, k) in [(300, 64, 90), (64, 300, 90), (1, 1510, 131)] {
      let (aValues, bValues) = (Array(Self.xs.prefix(m * k)), Array(Self.ys.prefix(k * n)))
      expectSameBits("fused \(m) x \(n) x \(k)") { backend in
        Tensor.matrixProduct(
          Tensor(aValues, [m, k], on: backend), Tensor(bValues, [k, n], on: backend),
          bias: Tensor(Array(Self.xs.suffix(n)), [n], on: backend),
          residual: Tensor(Array(Self.ys.suffix(m * n)), [m, n], on: backend), activation: .gelu)
      }
      expectSameBits("packed \(m) x \(n) x \(k)") { backend in
        Tensor.matrixProduct(
          Tensor(aValues, [m, k], on: backend), RightOperand(Tensor(bValues, [k, n], on: backend).packed()))
      }
    }
    for (count, m) in [(2, 150), (9, 30)] {
      expectSameBits("batch of \(count)") { backend in
        let a = Tensor(Array(Self.xs.prefix(count * m * 80)), [count, m, 80], on: backend)
        return Tensor.matrixProduct(
          a, Tensor(Array(Self.ys.prefix(count * 110 * 80)), [count, 110, 80], on: backend), transposingB: true)
      }
    }
    expectSameBits("gradient of bias and activation") { backend in
      let x = x(backend)
      return Tensor([Self.columns], on: backend) { dbias in
        _ = Tensor(x.shape, on: backend) {
          $0.writeActivationGradient(.silu, x: x, y: x.activated(.silu), dy: y(backend), columnSums: dbias)
        }
      }
    }
  }

  @Test("elementwise arithmetic")
  func elementwise() {
    expectSameBits("+") { x($0) + y($0) }
    expectSameBits("-") { x($0) - y($0) }
    expectSameBits("*") { x($0) * y($0) }
    expectSameBits("scale") { 0.3 * x($0) }
    expectSameBits("add") { backend in added(to: backend) { $0.write(x(backend)) } }
    expectSameBits("add scaled") { backend in added(to: backend) { $0.write(x(backend), times: 0.3) } }
    expectSameBits("add product") { backend in added(to: backend) { $0.writeProduct(x(backend), x(backend)) } }
    expectSameBits("add row") { x($0).addingRow(Tensor(Array(Self.ys.prefix(Self.columns)), [Self.columns], on: $0)) }
  }

  @Test(
    "activations and their gradients",
    arguments: [.relu, .leakyReLU(slope: 0.1), .sigmoid, .tanh, .gelu, .geluTanh, .silu] as [Activation])
  func activations(activation: Activation) {
    expectSameBits("\(activation)") { x($0).activated(activation) }
    expectSameBits("gradient of \(activation)") { backend in
      let x = x(backend)
      return added(to: backend) {
        $0.writeActivationGradient(activation, x: x, y: x.activated(activation), dy: y(backend))
      }
    }
  }

  @Test("softmax, losses and their gradients")
  func rows() {
    let labels = (0..<Self.rows).map { Int32($0 * 7 % Self.columns) }
    expectSameBits("softmax") { x($0).softmaxOfRows() }
    expectSameBits("gradient of softmax") { backend in
      added(to: backend) { $0.writeSoftmaxGradient(y: x(backend).softmaxOfRows(), dy: y(backend)) }
    }
    expectSameBits("cross-entropy") { x($0).crossEntropyOfRows(labels: labels) }
    expectSameBits("gradient of cross-entropy") { backend in
      added(to: backend) { $0.writeCrossEntropyGradient(logits: x(backend), labels: labels, scale: 0.1) }
    }
    for loss in [.squaredError, .absoluteError, .binaryCrossEntropyWithLogits] as [PointwiseLoss] {
      expectSameBits("\(loss)") { x($0).pointwiseLoss(loss, targets: y($0)) }
      expectSameBits("gradient of \(loss)") { backend in
        added(to: backend) {
          $0.writePointwiseLossGradient(loss, predictions: x(backend), targets: y(backend), scale: 0.1)
        }
      }
    }
  }

  @Test("random values and masks")
  func randomness() {
    let key = RandomKey(seed: 9)
    expectSameBits("dropout") { x($0).droppingOut(rate: 0.4, key: key) }
    expectSameBits("gradient of dropout") { backend in
      added(to: backend) { $0.writeDropout(x(backend), rate: 0.4, key: key) }
    }
    expectSameBits("normal") { Tensor([100_001], on: $0) { $0.writeNormal(deviation: 2, key: key) } }
    expectSameBits("uniform") { Tensor([50_001], on: $0) { $0.writeUniform(low: -2, high: 3, key: key) } }
  }

  @Test("reductions")
  func reductions() {
    expectSameBits("column sums") { backend in
      Tensor([Self.columns], on: backend) { $0.writeColumnSums(x(backend)) }
    }
    let sums = Self.backends.map { [Double(x($0).sum()), x($0).sumOfSquares()] }
    #expect(Set(sums).count == 1)
    #expect(Set(Self.backends.map { x($0).argmaxRows() }).count == 1)
  }

  @Test("broadcasting, reductions over dimensions, movement and rotation")
  func dimensions() {
    let row = { (backend: Backend) in Tensor(Array(Self.ys.prefix(Self.columns)), [Self.columns], on: backend) }
    expectSameBits("x / row") { x($0) / row($0) }
    expectSameBits("x^1.5") { (x($0) * x($0)).raised(to: 1.5) }
    for dimensions in [[0], [1], [0, 1]] {
      expectSameBits("sum over \(dimensions)") { x($0) + x($0).sum(over: dimensions, keepingDimensions: true) }
      expectSameBits("maximum over \(dimensions)") { x($0) - x($0).maximum(over: dimensions, keepingDimensions: true) }
    }
    expectSameBits("transposed") { x($0).transposed() }
    expectSameBits("sliced") { x($0).sliced(dimension: 1, range: 5..<2700) }
    expectSameBits("rotated") {
      x($0).sliced(dimension: 1, range: 0..<2800).reshaped(to: [1, Self.rows, 2800])
        .rotated(by: RotaryTable(positions: Self.rows, headSize: 56, on: $0))
    }
  }

  @Test("sums of arenas")
  func arenas() {
    var layout = ParameterLayout()
    let index = layout.append(name: "weight", shape: [Self.rows, Self.columns])
    expectSameBits("arena") { backend in
      let (arena, other) = (Arena(layout, on: backend), Arena(layout, on: backend))
      arena.destination(index, accumulates: false).write(x(backend))
      other.destination(index, accumulates: false).write(y(backend))
      arena.add(other)
      return arena.tensor
    }
  }
}
