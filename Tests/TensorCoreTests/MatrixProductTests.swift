import KernelInterface
import TensorCore
import TestSupport
import Testing

@Suite("Matrix products of tensors")
struct MatrixProductTests {
  private let backend = Backend(threads: 2)

  private func random(_ shape: Shape, seed: UInt64) -> Tensor {
    Tensor(seededValues(shape.count, seed: seed), shape, on: backend)
  }

  /// Matrix `index` of a batch.
  private func matrix(_ batch: Tensor, _ index: Int) -> Tensor {
    let size = batch.shape[1] * batch.shape[2]
    return Tensor(
      Array(batch.values[index * size..<(index + 1) * size]), [batch.shape[1], batch.shape[2]], on: backend)
  }

  @Test("a batch is its products one by one", arguments: [1, 2, 3, 7], [false, true])
  func batches(count: Int, transposing: Bool) {
    for (m, n, k) in [(5, 9, 4), (70, 80, 90), (1, 64, 33), (0, 3, 2), (3, 2, 0)] {
      let a = random(transposing ? [count, k, m] : [count, m, k], seed: 1)
      let b = random(transposing ? [count, n, k] : [count, k, n], seed: 2)
      let (bias, residual) = (random([n], seed: 3), random([count, m, n], seed: 4))
      let c = Tensor.matrixProduct(
        a, b, transposingA: transposing, transposingB: transposing, bias: bias, residual: residual, activation: .silu)
      #expect(c.shape == [count, m, n])
      for index in 0..<count {
        let one = Tensor.matrixProduct(
          matrix(a, index), matrix(b, index), transposingA: transposing, transposingB: transposing, bias: bias)
        #expect(matrix(c, index).values == (one + matrix(residual, index)).activated(.silu).values)
      }
    }
  }

  @Test("an empty batch has no products")
  func emptyBatch() {
    let c = Tensor.matrixProduct(random([0, 3, 4], seed: 1), random([0, 4, 5], seed: 2))
    #expect(c.shape == [0, 3, 5])
  }

  @Test("a packed matrix gives the bits of the matrix", arguments: [(1, 70, 50), (300, 90, 40), (9, 1, 3), (4, 5, 0)])
  func packed(m: Int, n: Int, k: Int) {
    let (a, b, bias) = (random([m, k], seed: 1), random([k, n], seed: 2), random([n], seed: 3))
    let transposed = random([n, k], seed: 4)
    let c = Tensor.matrixProduct(a, RightOperand(b.packed()), bias: bias, activation: .gelu)
    #expect(c.values == Tensor.matrixProduct(a, b, bias: bias).activated(.gelu).values)
    let d = Tensor.matrixProduct(a, RightOperand(transposed.packed(transposing: true)))
    #expect(d.values == Tensor.matrixProduct(a, transposed, transposingB: true).values)
    c.accumulatingDestination.writeMatrixProduct(a, RightOperand(b.packed()))
    let (sum, expected) = (c.values, Tensor.matrixProduct(a, b, bias: bias).activated(.gelu))
    expected.accumulatingDestination.writeMatrixProduct(a, b)
    #expect(sum == expected.values)
  }

  @Test("the sums in front of an activation are kept where they are asked for")
  func sums() {
    let (a, b, bias) = (random([20, 30], seed: 1), random([30, 40], seed: 2), random([40], seed: 3))
    let (sums, activated) = Tensor.activatedMatrixProduct(a, RightOperand(b), bias: bias, activation: .geluTanh)
    #expect(sums.values == Tensor.matrixProduct(a, b, bias: bias).values)
    #expect(activated.values == sums.activated(.geluTanh).values)
  }

  @Test("the gradient of an activation and its column sums, in one pass or two", arguments: [false, true])
  func activationGradient(accumulates: Bool) {
    let shape: Shape = [60, 3000]
    let (x, dy) = (random(shape, seed: 1), random(shape, seed: 2))
    let y = x.activated(.gelu)
    let expectedGradient = Tensor(shape, on: backend) { $0.writeActivationGradient(.gelu, x: x, y: y, dy: dy) }
    // Sums are added to old values, or written over new memory.
    let sums = { (write: (TensorDestination) -> Void) -> Tensor in
      guard accumulates else { return Tensor([3000], on: backend, writtenBy: write) }
      let old = random([3000], seed: 3)
      write(old.accumulatingDestination)
      return old
    }
    let dbias = sums { dbias in
      let dx = Tensor(shape, on: backend) {
        $0.writeActivationGradient(.gelu, x: x, y: y, dy: dy, columnSums: dbias)
      }
      #expect(dx.values == expectedGradient.values)
    }
    #expect(dbias.values == sums { $0.writeColumnSums(expectedGradient) }.values)
  }
}
