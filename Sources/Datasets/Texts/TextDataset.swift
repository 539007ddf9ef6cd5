import Tokenizers

/// A stretch of tokens, cut into windows: the samples of a language model.
///
/// A window is `context` + 1 tokens: each is to be predicted from those before it. The next window begins at the last token of
/// the one before, so every token but the first is predicted once. A rest too short for a window is left out.
public struct TextDataset: Sendable {
  public let tokens: TokenSequence
  /// The tokens that a model reads of a window.
  public let context: Int
  /// Every token is below it.
  public let vocabularySize: Int
  /// What cut the text; `nil` where only its tokens are there.
  public let tokenizer: (any Tokenizer)?
  /// Where the text comes from, as messages call it.
  public let origin: String

  /// - Precondition: the tokens fill one window.
  public init(
    tokens: TokenSequence, context: Int, vocabularySize: Int, tokenizer: (any Tokenizer)? = nil, origin: String
  ) {
    precondition(context > 0 && tokens.count > context, "\(tokens.count) tokens for windows of \(context) + 1")
    self.tokens = tokens
    self.context = context
    self.vocabularySize = vocabularySize
    self.tokenizer = tokenizer
    self.origin = origin
  }

  /// The number of windows.
  public var count: Int { (tokens.count - 1) / context }

  /// The tokens of some windows, one window after the other: [numbers.count, context + 1].
  public func windows(_ numbers: some Collection<Int>) -> [Int32] {
    var windows: [Int32] = []
    windows.reserveCapacity(numbers.count * (context + 1))
    for number in numbers { tokens.append(number * context..<(number + 1) * context + 1, to: &windows) }
    return windows
  }

  /// Mixes what the windows hold, and how long they are.
  func mix(into hash: inout Fingerprint) {
    tokens.mix(0..<count * context + 1, into: &hash)
    hash.mix(UInt32(context))
  }
}
