import Autograd
import Layers

/// A network that predicts the next token of a text. It goes from tokens to loss in one, so that the logits of all tokens
/// need never exist together.
public protocol LanguageModel: Sendable {
  /// The mean over all tokens of the batch of the cross-entropy between what the network expects next and what follows.
  func meanLoss(of batch: TokenBatch, _ context: ForwardContext) -> Variable
}
