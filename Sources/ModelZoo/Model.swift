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
///
/// A language model goes from tokens to loss at once:
///
///     let loss = GPT2.small.makeModel().meanLoss(of: batch, ForwardContext(tape: tape, mode: .training(key)))
public struct Model: Sendable, CustomStringConvertible {
  public enum Network: Sendable {
    /// Values [batch, ...] -> predictions, which a loss compares with targets.
    case predictor(any Layer)
    /// Tokens -> the loss of their prediction.
    case language(any LanguageModel)
    /// Tokens -> the class of each sequence.
    case sequenceClassifier(SequenceClassifier)
  }

  /// One line for people: the architecture and its sizes.
  public let description: String
  public let network: Network
  private let builder: ParameterBuilder

  /// - Parameter builder: the one that `layer` was made with.
  public init(_ layer: any Layer, builder: ParameterBuilder, description: String) {
    self.init(.predictor(layer), builder, description)
  }

  /// A language model, or what `options` make of it.
  ///
  /// - Parameter builder: the one that `languageModel` was made with.
  init(
    _ languageModel: any LanguageModel, _ options: ModelOptions, _ builder: ParameterBuilder, description: String
  ) {
    var builder = builder
    let network = options.classes.map { classes in
      Network.sequenceClassifier(SequenceClassifier(languageModel, classes: classes, in: &builder))
    }
    let (layout, classes) = (builder.layout, options.classes.map { ", \($0) classes" } ?? "")
    let frozen = layout.entries.reduce(0) { $0 + ($1.role == .frozen ? $1.shape.count : 0) }
    let count =
      frozen == 0 ? "\(layout.parameterCount) parameters" : "\(layout.parameterCount) parameters and \(frozen) frozen"
    self.init(network ?? .language(languageModel), builder, "\(description)\(classes), \(count)")
  }

  private init(_ network: Network, _ builder: ParameterBuilder, _ description: String) {
    self.network = network
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
  ///
  /// - Precondition: the network is a predictor.
  public func predictions(for inputs: Tensor, _ context: ForwardContext) -> Variable {
    guard case .predictor(let layer) = network else { preconditionFailure("\(self) reads tokens, not \(inputs.shape)") }
    return layer.forward(context.tape.constant(inputs), context)
  }

  /// The mean loss over all tokens of a batch, a scalar that the backward pass begins at.
  ///
  /// - Precondition: the network is a language model.
  public func meanLoss(of batch: TokenBatch, _ context: ForwardContext) -> Variable {
    languageModel.meanLoss(of: batch, context)
  }

  /// - Precondition: the network is a language model.
  public var languageModel: any LanguageModel {
    guard case .language(let model) = network else { preconditionFailure("\(self) predicts no tokens") }
    return model
  }

  /// The logits of the class of each sequence, [sequences, classes].
  ///
  /// - Precondition: the network is a classifier of sequences.
  public func classLogits(for batch: TokenBatch, _ context: ForwardContext) -> Variable {
    guard case .sequenceClassifier(let model) = network else { preconditionFailure("\(self) classifies no sequences") }
    return model.logits(of: batch, context)
  }
}
