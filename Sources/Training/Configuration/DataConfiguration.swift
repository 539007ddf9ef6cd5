/// The samples and how they are split and scaled: the `data` section.
public struct DataConfiguration: ConfigurationSection {
  public enum Kind: String, ConfigurationChoice {
    /// The 1,797 handwritten digits of 8 x 8 pixels inside the program.
    case digits
    /// A folder with the four IDX files of MNIST and its kin, compressed or not.
    case idx
    /// A table with one sample per line.
    case csv
    /// A text, or a folder of texts, cut into tokens.
    case text
    /// Files of tokens.
    case tokens
    /// Texts with a class each.
    case labelledText = "labelled_text"
    /// Tasks and how they are answered.
    case instructions

    /// Whether samples are tokens, not features.
    var isText: Bool { Self.texts.contains(self) }

    static let texts: [Kind] = [.text, .tokens, .labelledText, .instructions]
  }

  public enum TokenizerKind: String, ConfigurationChoice {
    /// Every byte is a token.
    case bytes
    /// Every character of the text is one.
    case characters
    /// Byte-level byte pair encoding, learnt from the text to train on.
    case bpe
    /// A tokenizer that is there already.
    case file
  }

  public enum Header: String, ConfigurationChoice {
    /// The first line is a header if none of its cells is a number.
    case auto
    case present = "true"
    case absent = "false"
  }

  public enum Task: String, ConfigurationChoice {
    /// The label is one of two or more classes; one logit for each.
    case classification
    /// The label is one of two classes; one logit in all.
    case binary
    /// The label is a number.
    case regression
  }

  public enum Scaling: String, ConfigurationChoice {
    case none
    /// Each feature to 0 ... 1, by its extremes in the training part.
    case minMax = "min_max"
    /// Each feature to mean 0 and deviation 1 in the training part.
    case zScore = "z_score"
  }

  public var kind = Kind.digits
  /// The folder (idx), file (csv, labelled_text, instructions), or either (text, tokens); empty for digits. Data may move: a checkpoint knows them by their fingerprint.
  public var path = ResolvedPath("")
  /// The tokens that a model reads of each window of a text, or of each text at most.
  public var context = 64
  /// Where the text is: the field of each line's object in JSONL files, the column of a table.
  public var field = "text"
  public var tokenizer = TokenizerKind.bytes
  /// bpe: the tokens to learn, the 256 bytes and the end of a text among them. tokens: what every token is below, as the
  /// tokenizer or the tokens tell where it is `nil` (auto).
  public var vocabulary: Int?
  /// A tokenizer.json, or a folder with one. `nil` (auto): of tokens, the one beside them, if any; of a pretrained model, its own.
  public var tokenizerPath: ResolvedPath?
  /// The column to predict, or that has the class of a text.
  public var label = Column.last
  public var header = Header.auto
  public var task = Task.classification
  /// The share of the samples (idx: of the training files' samples) kept for validation; of a text, what comes before the test.
  public var validation = 0.1
  /// The share kept for the final test, of a text its end; idx folders bring their own test set.
  public var test = 0.2
  public var scaling = Scaling.minMax

  init() {}

  mutating func visitFields<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
    try fields.visit("kind", &kind, isRequired: true)
    try fields.visit(
      "path", &path, isRequired: true, effect: .course,
      fits: .only(.idx, .csv, .text, .tokens, .labelledText, .instructions, where: kind))
    try fields.visit(
      "context", &context, .between(1, 1 << 16), fits: .only(.text, .tokens, .labelledText, .instructions, where: kind))
    try fields.visit("field", &field, fits: .only(.text, .labelledText, where: kind))
    try fields.visit("tokenizer", &tokenizer, fits: .only(.text, .labelledText, .instructions, where: kind))
    let isText = kind.isText && kind != .tokens
    try fields.visit(
      "vocabulary", &vocabulary, or: "auto", .between(1, 1 << 24), isRequired: isText,
      fits: isText ? .only(.bpe, where: tokenizer, key: "tokenizer") : .only(.tokens, where: kind))
    try fields.visit(
      "tokenizer_path", &tokenizerPath, or: "auto", effect: .course,
      fits: isText ? .only(.file, where: tokenizer, key: "tokenizer") : .only(.tokens, where: kind))
    try fields.visit("label", &label, fits: .only(.csv, .labelledText, where: kind))
    try fields.visit("header", &header, fits: .only(.csv, where: kind))
    try fields.visit("task", &task, fits: .only(.csv, where: kind))
    try fields.visit("validation", &validation, .from(0, below: 1))
    try fields.visit(
      "test", &test, .from(0, below: 1),
      fits: .only(.digits, .csv, .text, .tokens, .labelledText, .instructions, where: kind))
    try fields.visit("scaling", &scaling, fits: .only(.digits, .idx, .csv, where: kind))
  }
}
