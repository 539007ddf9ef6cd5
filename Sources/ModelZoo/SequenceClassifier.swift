import Autograd
import KernelInterface
import Layers

/// A language model with a head for classes of sequences instead of tokens.
///
/// Parameters: those of the body and `classifier.weight` [width, classes]; for a body that reads both ways, BERT's, also
/// `classifier.bias` and in front of it `pooler` [width, width], with tanh behind it (Devlin et al. 2019).
public struct SequenceClassifier: Sendable {
  /// Which token's state stands for the sequence.
  public enum Pooling: Sendable {
    /// The last one that is no padding: it has seen all.
    case last
    /// The first, through the pooler.
    case first
  }

  private let body: any LanguageModel
  private let pooler: Linear?
  private let classifier: Linear

  init(_ body: any LanguageModel, classes: Int, in builder: inout ParameterBuilder) {
    precondition(classes >= 2, "\(classes) classes")
    self.body = body
    let isFirst = body.pooling == .first
    let weight = Initializer.normal(deviation: 0.02)
    let width = body.width
    pooler =
      isFirst
      ? builder.scope("pooler") {
        Linear(inputs: width, outputs: width, activation: .tanh, weight: weight, bias: .zeros, in: &$0)
      } : nil
    classifier = builder.scope("classifier") {
      Linear(inputs: width, outputs: classes, hasBias: isFirst, weight: weight, bias: .zeros, in: &$0)
    }
  }

  /// [sequences, classes]. The batch's labels, which are tokens, are not looked at.
  public func logits(of batch: TokenBatch, _ context: ForwardContext) -> Variable {
    let places = (0..<batch.sequences).map { sequence in
      let length = batch.lengths?[sequence] ?? batch.time
      return Int32(sequence * batch.time + (pooler == nil ? max(1, length) - 1 : 0))
    }
    let states = body.states(of: batch, context).rows(at: places)
    return classifier.forward(pooler?.forward(states, context) ?? states, context)
  }
}
