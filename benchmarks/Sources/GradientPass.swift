import Autograd
import KernelInterface
import TensorCore

/// The forward and the backward pass of one operation, as in the middle of a network: the gradient of the result is
/// there, and the gradients of the operands are wanted.
struct GradientPass {
  private let parameters: Arena
  /// Filled by `forwardAndBackward`.
  let gradients: Arena
  private let outputGradient: Tensor
  private let operation: (Tape) -> Variable

  /// - Parameters:
  ///   - parameters: the operands that get a gradient.
  ///   - operation: finds operand i as parameter i of the tape.
  init(parameters: Arena, _ operation: @escaping (Tape) -> Variable) {
    self.parameters = parameters
    gradients = Arena(parameters.layout, on: parameters.backend)
    self.operation = operation
    let output = operation(Tape(parameters: parameters, gradients: nil))
    outputGradient = .random(output.shape, seed: 99, on: parameters.backend)
  }

  /// - Parameter operands: the shapes of those that get a gradient; they get random values.
  init(_ operands: [Shape], on backend: Backend, _ operation: @escaping (Tape) -> Variable) {
    var layout = ParameterLayout()
    for (index, shape) in operands.enumerated() { _ = layout.append(name: "\(index)", shape: shape) }
    let parameters = Arena(layout, on: backend)
    for index in operands.indices {
      parameters.destination(index, accumulates: false).writeUniform(
        low: -1, high: 1, key: RandomKey(seed: UInt64(index)))
    }
    self.init(parameters: parameters, operation)
  }

  /// The forward pass alone, which keeps nothing for a backward pass.
  func forward() { _ = operation(Tape(parameters: parameters, gradients: nil)) }

  func forwardAndBackward() {
    let tape = Tape(parameters: parameters, gradients: gradients)
    let output = operation(tape)
    let end = tape.record(Tensor(filledWith: 0, .scalar, on: parameters.backend), from: [output]) { _, gradients in
      gradients.pass(outputGradient, to: output)
    }
    tape.backward(from: end)
  }
}
