import Autograd
import KernelInterface
import TensorCore
import TestSupport
import Testing

@Suite("Gradients of activations, softmax and dropout")
struct ActivationGradientTests {
  static let activations: [Activation] = [
    .identity, .relu, .leakyReLU(slope: 0.1), .sigmoid, .tanh, .gelu, .geluTanh, .silu,
  ]

  @Test("every activation", arguments: activations, columnCounts)
  func activation(activation: Activation, columns: Int) {
    expectGradients(
      "\(activation) of \(columns)", at: [.random([2, columns], seed: 20, low: -4, high: 4)],
      of: { $0[0].activated(activation) }, matching: { $0[0].activated(activation) })
  }

  @Test("every activation close to its corner and far out", arguments: activations)
  func corners(activation: Activation) {
    let x: [Double] = [-30, -9, -5, -1, -0.01, -0.0005, 0.0005, 0.01, 1, 5, 9, 30]
    expectGradients(
      "\(activation) at corners", at: [Reference([x.count], x)],
      of: { $0[0].activated(activation) }, matching: { $0[0].activated(activation) })
  }

  @Test("the slope at 0: one side's for the functions with a corner, the derivative for the others")
  func zero() throws {
    let slopes: [(Activation, Float)] = [
      (.identity, 1), (.relu, 0), (.leakyReLU(slope: 0.1), 0.1), (.sigmoid, 0.25), (.tanh, 1), (.gelu, 0.5),
      (.geluTanh, 0.5), (.silu, 0.5),
    ]
    for (activation, slope) in slopes {
      let gradient = gradientOfSum(at: [0, -0.0]) { $0.activated(activation) }
      expectClose(gradient, [slope, slope], tolerance: 1e-6, "\(activation) at 0")
    }
  }

  @Test("softmax", arguments: columnCounts)
  func softmax(columns: Int) {
    let x = Reference.random([3, columns], seed: 21, low: -3, high: 3)
    guard columns > 1 else {
      #expect(gradientOfSum(at: [0.5]) { $0.softmax() } == [0], "the softmax of one column is always 1")
      return
    }
    expectGradients("softmax of \(columns)", at: [x], of: { $0[0].softmax() }, matching: { $0[0].softmax() })
  }

  @Test("dropout draws the same mask forward and backward", arguments: columnCounts, [0, 0.25, 0.75] as [Float])
  func dropout(columns: Int, rate: Float) {
    let key = RandomKey(seed: 22)
    expectGradients(
      "dropout of \(columns)", at: [.random([7, columns], seed: 23)],
      of: { $0[0].dropout(rate: rate, key: key) }, matching: { $0[0].dropout(rate: rate, key: key) })
  }

  /// The gradient of the sum of `operation`'s values.
  private func gradientOfSum(at x: [Float], _ operation: (Variable) -> Variable) -> [Float] {
    let backend = Backend(threads: 1)
    var layout = ParameterLayout()
    let index = layout.append(name: "x", shape: [1, x.count])
    let (parameters, gradients) = (Arena(layout, on: backend), Arena(layout, on: backend))
    parameters.write(x, to: index)
    let tape = Tape(parameters: parameters, gradients: gradients)
    tape.backward(from: operation(tape.parameter(index)).sum())
    return gradients.tensor(index).values
  }
}
