import KernelInterface
import Tokenizers

/// A stretch of tokens, cut into windows, each a sample of a language model.
///
/// For the next token a window is `context` + 1 tokens: each is to be predicted from those before it. The next window begins at
/// the last token of the one before, so every token but the first is predicted once. For other objectives windows follow each
/// other without a token in common. A rest too short for a window is left out.
public struct TextDataset: Sendable {
  public let tokens: TokenSequence
  public let objective: TextObjective
  /// The tokens that a model reads of a window, at most.
  public let context: Int
  /// Every token of a sample is below it.
  public let vocabularySize: Int
  /// What cut the text; `nil` where only its tokens are there.
  public let tokenizer: (any Tokenizer)?
  /// Where the text comes from, as messages call it.
  public let origin: String

  /// - Precondition: the tokens fill one window.
  public init(
    tokens: TokenSequence, objective: TextObjective = .nextToken, context: Int, vocabularySize: Int,
    tokenizer: (any Tokenizer)? = nil, origin: String
  ) {
    let width = objective.window(context: context).width
    precondition(width > 0 && tokens.count >= width, "\(tokens.count) tokens for windows of \(width)")
    self.tokens = tokens
    self.objective = objective
    self.context = context
    self.vocabularySize = vocabularySize
    self.tokenizer = tokenizer
    self.origin = origin
  }

  /// The number of windows.
  public var count: Int {
    let (width, stride) = objective.window(context: context)
    return (tokens.count - width) / stride + 1
  }

  /// The text in a window.
  public func window(_ number: Int) -> [Int32] {
    precondition(number >= 0 && number < count, "window \(number) of \(count)")
    let (width, stride) = objective.window(context: context)
    var window: [Int32] = []
    window.reserveCapacity(width)
    tokens.append(number * stride..<number * stride + width, to: &window)
    return window
  }

  /// What a model reads of a window and should say about it. All samples have as many tokens.
  ///
  /// - Parameter key: decides what is hidden from the model, together with the window's number; next tokens need none.
  public func sample(_ number: Int, key: RandomKey) -> TokenSample {
    objective.sample(of: window(number), key: key.derived(UInt64(number)))
  }

  /// Mixes what the windows hold, and how long they are.
  func mix(into hash: inout Fingerprint) {
    let (width, stride) = objective.window(context: context)
    tokens.mix(0..<(count - 1) * stride + width, into: &hash)
    hash.mix(UInt32(stride))
  }
}
