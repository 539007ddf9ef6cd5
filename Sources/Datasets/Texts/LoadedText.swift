import Tokenizers

/// A text as tokens, in the parts that train, validate and test.
public struct LoadedText: Sendable {
  /// `nil` where only tokens are there.
  public let tokenizer: (any Tokenizer)?
  public let training: TextDataset
  /// `nil` where nothing was kept for it.
  public let validation: TextDataset?
  public let test: TextDataset?

  /// How tokens become samples.
  public struct Options: Hashable, Sendable {
    /// The tokens that a model reads of a window.
    public var context: Int
    /// The share of the text behind the part to train on.
    public var validation: Double
    /// The share at the text's end.
    public var test: Double
    public var objective: TextObjective.Kind

    public init(context: Int, validation: Double, test: Double, objective: TextObjective.Kind = .nextToken) {
      (self.context, self.validation, self.test, self.objective) = (context, validation, test, objective)
    }
  }

  /// Cuts a corpus into tokens.
  ///
  /// - Throws: where the tokenizer cannot be had, or a part is shorter than a window.
  public init(_ corpus: Corpus, tokenizer choice: TokenizerChoice, _ options: Options, threads: Int) throws {
    let split = corpus.split(validation: options.validation, test: options.test)
    let tokenizer = try choice.tokenizer(for: corpus, training: split.training, threads: threads)
    let maker = try PartMaker(
      options, vocabularySize: tokenizer.vocabularySize, tokenizer: tokenizer, origin: corpus.origin)
    self.tokenizer = tokenizer
    training = try maker.part("training", corpus.tokens(in: split.training, by: tokenizer))
    validation =
      options.validation == 0
      ? nil : try maker.part("validation", corpus.tokens(in: split.validation, by: tokenizer))
    test = options.test == 0 ? nil : try maker.part("test", corpus.tokens(in: split.test, by: tokenizer))
  }

  /// Takes tokens out of files. The shares are for a collection that brings no validation part of its own.
  ///
  /// - Parameters:
  ///   - tokenizer: what they were made with, if it is known.
  ///   - vocabularySize: every token must be below it; the tokenizer's size, or what the tokens tell, where it is `nil`.
  /// - Throws: where a token is outside the vocabulary, or a part is shorter than a window.
  public init(
    _ files: TokenCollection, tokenizer: (any Tokenizer)?, vocabularySize: Int?, _ options: Options
  ) throws(DatasetError) {
    let all = files.training + files.validation + files.test
    let known = vocabularySize ?? tokenizer?.vocabularySize ?? files.index?.vocabulary
    let limit = known ?? Int(all.map(\.greatest).max() ?? 0) + 1
    // Tokens of four bytes may be what no Int32 can hold.
    for file in all { try file.requireTokens(below: min(limit, Int(Int32.max))) }
    let maker = try PartMaker(options, vocabularySize: limit, tokenizer: tokenizer, origin: files.origin)
    self.tokenizer = tokenizer
    guard files.validation.isEmpty else {
      training = try maker.part("training", TokenSequence(files.training))
      validation = try maker.part("validation", TokenSequence(files.validation))
      test = files.test.isEmpty ? nil : try maker.part("test", TokenSequence(files.test))
      return
    }
    let split = StretchSplit(
      count: files.training.reduce(0) { $0 + $1.count }, validationFraction: options.validation,
      testFraction: files.test.isEmpty ? options.test : 0)
    training = try maker.part("training", TokenSequence(files.training, range: split.training))
    validation =
      split.validation.isEmpty
      ? nil : try maker.part("validation", TokenSequence(files.training, range: split.validation))
    let own = files.test.isEmpty ? nil : TokenSequence(files.test)
    test =
      split.test.isEmpty && own == nil
      ? nil : try maker.part("test", own ?? TokenSequence(files.training, range: split.test))
  }

  /// A number that tells other windows or another vocabulary from these, as `Dataset.fingerprint`.
  public var fingerprint: UInt64 {
    var hash = Fingerprint()
    for part in [training, validation, test] {
      hash.mix(part == nil ? 0 : 1)
      part?.mix(into: &hash)
    }
    hash.mix(UInt32(training.vocabularySize))
    if let tokenizer { hash.mix(tokenizer) }
    return hash.value
  }

  /// What all parts of a text have in common.
  private struct PartMaker {
    let context: Int
    let objective: TextObjective
    let vocabularySize: Int
    let tokenizer: (any Tokenizer)?
    let origin: String

    init(
      _ options: Options, vocabularySize: Int, tokenizer: (any Tokenizer)?, origin: String
    ) throws(DatasetError) {
      context = options.context
      self.tokenizer = tokenizer
      self.origin = origin
      (objective, self.vocabularySize) = try TextObjective.make(
        options.objective, context: context, tokenizer: tokenizer, vocabularySize: vocabularySize)
    }

    func part(_ name: String, _ tokens: TokenSequence) throws(DatasetError) -> TextDataset {
      let extra = objective == .nextToken ? 1 : 0
      guard tokens.count >= context + extra else {
        throw .tooShort(origin, part: name, tokens: tokens.count, context: context, extra: extra)
      }
      return TextDataset(
        tokens: tokens, objective: objective, context: context, vocabularySize: vocabularySize, tokenizer: tokenizer,
        origin: origin)
    }
  }
}

extension Fingerprint {
  /// Mixes what every token of a vocabulary stands for.
  mutating func mix(_ tokenizer: any Tokenizer) {
    mix(UInt32(tokenizer.vocabularySize))
    for token in 0..<Int32(tokenizer.vocabularySize) {
      let bytes = tokenizer.decode([token])
      mix(UInt32(bytes.count))
      for byte in bytes { mix(UInt32(byte)) }
    }
    mix(UInt32(bitPattern: tokenizer.endOfText ?? -1))
  }
}

extension DatasetError {
  /// A part of a text that fills no window.
  fileprivate static func tooShort(_ origin: String, part: String, tokens: Int, context: Int, extra: Int)
    -> DatasetError
  {
    let most = tokens - extra
    let lower = most > 0 ? ", or lower data.context to at most \(most)" : ""
    let more = part == "training" ? "Bring more text" : "Bring more text, set data.\(part) to 0 or to a larger share"
    return .badContent(
      origin, "the \(part) part holds \(tokens) tokens, fewer than one window of \(context)\(extra > 0 ? " + 1" : "")",
      remedy: more + lower + ".")
  }
}
