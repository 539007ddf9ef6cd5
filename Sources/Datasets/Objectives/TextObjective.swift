import KernelInterface
import Tokenizers

/// What a model is trained to say about a text.
public enum TextObjective: Hashable, Sendable {
  /// Each token, from those before it.
  case nextToken
  /// Tokens that were chosen, from all around them.
  case masked(TokenMasking)
  /// Spans that were cut out, from what is left.
  case spans(SpanCorruption)

  public enum Kind: Sendable {
    case nextToken, masked, spans
  }

  /// The objective for texts cut by a tokenizer. Tokens that it wants and the vocabulary lacks are added behind the vocabulary.
  ///
  /// Of those of a masked model `[MASK]` is added; `[CLS]` and `[SEP]` are used where the vocabulary has them. Of those of spans the
  /// start, the end and the sentinels `<extra_id_0>`, `<extra_id_1>` ... are added, the sentinels downwards from the end of the
  /// vocabulary, as T5 has them.
  ///
  /// - Returns: the objective, and what every token is below.
  static func make(
    _ kind: Kind, context: Int, tokenizer: (any Tokenizer)?, vocabularySize: Int
  ) throws(DatasetError) -> (TextObjective, vocabularySize: Int) {
    switch kind {
    case .nextToken: return (.nextToken, vocabularySize)
    case .masked: return try masked(context: context, tokenizer, vocabularySize)
    case .spans: return try spans(context: context, tokenizer, vocabularySize)
    }
  }

  private static func masked(
    context: Int, _ tokenizer: (any Tokenizer)?, _ vocabularySize: Int
  ) throws(DatasetError) -> (TextObjective, vocabularySize: Int) {
    let known = ["[MASK]", "<mask>"].lazy.compactMap { tokenizer?.id(of: $0) }.first
    let mask = known ?? Int32(vocabularySize)
    let frame = ["[CLS]", "[SEP]"].map { tokenizer?.id(of: $0) }
    let special = frame + ["[PAD]", "[UNK]"].map { tokenizer?.id(of: $0) } + [mask, tokenizer?.endOfText]
    let masking = TokenMasking(
      mask: mask, first: frame[0], last: frame[1], vocabularySize: vocabularySize,
      special: Set(special.compactMap { $0 }))
    try require(context: context, atLeast: masking.frameCount + 2)
    return (.masked(masking), vocabularySize + (known == nil ? 1 : 0))
  }

  private static func spans(
    context: Int, _ tokenizer: (any Tokenizer)?, _ vocabularySize: Int
  ) throws(DatasetError) -> (TextObjective, vocabularySize: Int) {
    try require(context: context, atLeast: 2)
    let count = SpanCorruption.spanCount(length: context)
    var size = vocabularySize
    func added() -> Int32 {
      size += 1
      return Int32(size - 1)
    }
    let start = tokenizer?.id(of: "<pad>") ?? added()
    let end = tokenizer?.id(of: "</s>") ?? tokenizer?.endOfText ?? added()
    let known = (0..<count).compactMap { tokenizer?.id(of: "<extra_id_\($0)>") }
    if !known.isEmpty, known.count < count {
      throw .configuration(
        "the tokenizer has \(known.count) sentinels, but \(count) spans are cut out of \(context) tokens",
        remedy: "Lower data.context.")
    }
    let sentinels = known.isEmpty ? Array((0..<count).map { _ in added() }.reversed()) : known
    return (.spans(SpanCorruption(length: context, sentinels: sentinels, start: start, end: end)), size)
  }

  private static func require(context: Int, atLeast least: Int) throws(DatasetError) {
    guard context < least else { return }
    throw .configuration(
      "data.context \(context) leaves no text to read", remedy: "Give at least \(least).")
  }

  /// How samples are cut out of the tokens: the tokens of one, and how far it is from one to the next.
  func window(context: Int) -> (width: Int, stride: Int) {
    switch self {
    case .nextToken: (context + 1, context)
    case .masked(let masking): (context - masking.frameCount, context - masking.frameCount)
    case .spans: (context, context)
    }
  }

  /// The sample of the tokens of one window.
  func sample(of window: [Int32], key: RandomKey) -> TokenSample {
    switch self {
    case .nextToken: TokenSample(tokens: Array(window.dropLast()), labels: Array(window.dropFirst()))
    case .masked(let masking): masking.sample(of: window, key: key)
    case .spans(let corruption): corruption.sample(of: window, key: key)
    }
  }
}

extension RandomKey {
  /// The stream that decides what is hidden from a model, under a run's seed: a name beside those of `RandomPurpose`.
  public var hiding: RandomKey { derived(0x6869_6465) }

  /// The stream for evaluations: the same for every run, so that all are asked for the same tokens.
  public static let hidingForEvaluation = RandomKey(seed: 0).hiding
}
