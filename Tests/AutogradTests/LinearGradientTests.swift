import Autograd
import KernelInterface
import TensorCore
import Testing

@Suite("Gradients of linear layers with what follows them, and of batches of products")
struct LinearGradientTests {
  @Test("a linear layer and its activation", arguments: ActivationGradientTests.activations, [true, false])
  func activation(activation: Activation, hasBias: Bool) {
    let operands = [Reference.random([4, 5], seed: 41), .random([5, 19], seed: 42), .random([19], seed: 43)]
    expectGradients(
      "linear with \(activation)", at: hasBias ? operands : Array(operands.prefix(2)),
      of: { $0[0].linear(weight: $0[1], bias: hasBias ? $0[2] : nil, activation: activation) },
      matching: { x in
        let product = x[0].matrixProduct(x[1])
        return (hasBias ? product.addingRow(x[2]) : product).activated(activation)
      })
  }

  @Test("a linear layer and a residual", arguments: [true, false])
  func residual(hasBias: Bool) {
    let operands = [
      Reference.random([4, 5], seed: 44), .random([5, 19], seed: 45), .random([4, 19], seed: 46),
      .random([19], seed: 47),
    ]
    expectGradients(
      "linear with residual", at: hasBias ? operands : Array(operands.prefix(3)),
      of: { $0[0].linear(weight: $0[1], bias: hasBias ? $0[3] : nil, residual: $0[2]) },
      matching: { x in
        let product = x[0].matrixProduct(x[1])
        return (hasBias ? product.addingRow(x[3]) : product) + x[2]
      })
  }

  @Test("the input as its own residual")
  func ownResidual() {
    expectGradients(
      "x + linear(x)", at: [.random([3, 7], seed: 48), .random([7, 7], seed: 49), .random([7], seed: 50)],
      of: { $0[0].linear(weight: $0[1], bias: $0[2], residual: $0[0]) },
      matching: { $0[0].matrixProduct($0[1]).addingRow($0[2]) + $0[0] })
  }

  @Test("a batch of products", arguments: columnCounts)
  func batch(columns: Int) {
    expectGradients(
      "batch of products, \(columns) columns",
      at: [.random([3, 2, 4], seed: 51), .random([3, 4, columns], seed: 52)],
      of: { $0[0].matrixProduct($0[1]) }, matching: { $0[0].batchedMatrixProduct($0[1]) })
  }

  @Test(
    "fused or one after the other: the same bits, forward and backward", arguments: ActivationGradientTests.activations)
  func sameBits(activation: Activation) {
    let backend = Backend(threads: 1)
    var layout = ParameterLayout()
    let shapes: [Shape] = [[9, 20], [20, 35], [35], [9, 35]]
    for (index, shape) in shapes.enumerated() { _ = layout.append(name: "\(index)", shape: shape) }
    let gradients = [true, false].map { isFused in
      let (parameters, gradients) = (Arena(layout, on: backend), Arena(layout, on: backend))
      for index in shapes.indices {
        parameters.write(
          Reference.random(shapes[index], seed: UInt64(60 + index), low: -2, high: 2).values.map(Float.init), to: index)
      }
      let tape = Tape(parameters: parameters, gradients: gradients)
      let (x, w, b, r) = (tape.parameter(0), tape.parameter(1), tape.parameter(2), tape.parameter(3))
      let y =
        isFused
        ? x.linear(weight: w, bias: b, activation: activation) + x.linear(weight: w, bias: b, residual: r)
        : x.linear(weight: w, bias: b).activated(activation) + (x.linear(weight: w, bias: b) + r)
      tape.backward(from: (y * y).sum())
      return y.value.values + gradients.tensor.values
    }
    #expect(gradients[0] == gradients[1])
  }
}

extension Reference {
  /// [batch, m, k] [batch, k, n] -> [batch, m, n]
  fileprivate func batchedMatrixProduct(_ other: Reference) -> Reference {
    let matrices = { (x: Reference) -> [Reference] in
      let size = x.shape[1] * x.shape[2]
      return (0..<x.shape[0]).map {
        Reference([x.shape[1], x.shape[2]], Array(x.values[$0 * size..<($0 + 1) * size]))
      }
    }
    let products = zip(matrices(self), matrices(other)).map { $0.matrixProduct($1) }
    return Reference([shape[0], shape[1], other.shape[2]], products.flatMap(\.values))
  }
}
