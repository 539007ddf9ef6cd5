import Autograd
import Layers
import TensorCore

/// A network that reads tokens: it gives each a state, and a head makes of the state what is expected at its place.
///
/// Loss and states are apart so that the logits of all tokens need never exist together.
public protocol LanguageModel: Sendable {
  /// Token ids are below it.
  var vocabulary: Int { get }
  /// The longest sequence; `nil`: any.
  var context: Int? { get }
  /// Of a state.
  var width: Int { get }
  var head: VocabularyHead { get }
  /// How a classifier of sequences reads the states.
  var pooling: SequenceClassifier.Pooling { get }

  /// What the head reads: [sequences * time, width].
  ///
  /// Under a decoder's memory the batch's tokens go on from those that came before.
  func states(of batch: TokenBatch, _ context: ForwardContext) -> Variable
}

extension LanguageModel {
  /// The mean over all tokens with a label of the cross-entropy between what the network expects and the label.
  public func meanLoss(of batch: TokenBatch, _ context: ForwardContext) -> Variable {
    head.meanLoss(of: states(of: batch, context), labels: batch.labels, context)
  }

  /// What is expected at each token of the batch: [sequences * time, vocabulary]. Inference: it has no gradient.
  public func logits(of batch: TokenBatch, _ context: ForwardContext) -> Tensor {
    head.logits(of: states(of: batch, context).value, context)
  }

  /// What is expected behind the last token of each sequence: [sequences, vocabulary].
  public func lastLogits(of batch: TokenBatch, _ context: ForwardContext) -> Tensor {
    let last = (0..<batch.sequences).map { Int32($0 * batch.time + batch.time - 1) }
    return head.logits(of: states(of: batch, context).value.rows(at: last), context)
  }
}

/// The output layer of a language model: logits = x T^T + b, the table T one of its own or that of the
/// embedding once more.
public struct VocabularyHead: Sendable {
  private let table: Int
  private let bias: Int?

  /// - Parameters:
  ///   - table: a parameter [vocabulary, width].
  ///   - bias: a parameter [vocabulary].
  init(table: Int, bias: Int? = nil) {
    self.table = table
    self.bias = bias
  }

  /// x [tokens, width] -> a scalar.
  func meanLoss(of x: Variable, labels: [Int32], _ context: ForwardContext) -> Variable {
    x.crossEntropy(
      projectedBy: context.tape.parameter(table), transposed: true,
      bias: bias.map(context.tape.parameter), labels: labels, ignoring: TokenBatch.ignored)
  }

  /// x [tokens, width] -> [tokens, vocabulary].
  func logits(of x: Tensor, _ context: ForwardContext) -> Tensor {
    let parameters = context.tape.parameters
    return Tensor.matrixProduct(
      x, parameters.tensor(table), transposingB: true, bias: bias.map(parameters.tensor))
  }
}
