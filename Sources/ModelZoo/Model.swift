import Autograd
import KernelInterface
import Layers
import TensorCore

/// A network and the parameters it wants: everything that training needs to know about an architecture.
///
///     let model = MultilayerPerceptron(inputs: 784, hidden: [512, 256], outputs: 10).makeModel()
///     let parameters = model.makeParameters(on: backend, key: seed.derived(.initialization))
///     let gradients = Arena(model.layout, on: backend)
///
///     let tape = Tape(parameters: parameters, gradients: gradients)
///     let predictions = model.predictions(for: inputs, ForwardContext(tape: tape, mode: .training(key)))
///     let loss = Loss.crossEntropy.mean(of: predictions, against: .labels(labels))
///     tape.backward(from: loss)
public struct Model: Sendable, CustomStringConvertible {
  /// One line for people: the architecture and its sizes.
  public let description: String
  public let layer: any Layer
  private let builder: ParameterBuilder

  /// - Parameter builder: the one that `layer` was made with.
  public init(_ layer: any Layer, builder: ParameterBuilder, description: String) {
    self.layer = layer
    self.builder = builder
    self.description = description
  }

  /// Names, shapes and places of the parameters.
  public var layout: ParameterLayout { builder.layout }

  /// The parameters as they are before the first step; the same bits for the same key.
  public func makeParameters(on backend: Backend, key: RandomKey) -> Arena {
    builder.makeParameters(on: backend, key: key)
  }

  /// The same values, written into an arena of zeros that is there already.
  public func initialize(_ arena: Arena, key: RandomKey) { builder.initialize(arena, key: key) }

  /// The forward pass for a batch of data, [batch, ...].
  public func predictions(for inputs: Tensor, _ context: ForwardContext) -> Variable {
    layer.forward(context.tape.constant(inputs), context)
  }
}
