import Tokenizers

extension SequenceDataset {
  /// Texts as samples to classify, between `[CLS]` and `[SEP]` where the vocabulary has them. What is longer than the context is
  /// cut. A byte pair vocabulary is learnt from all texts.
  public init(
    _ texts: LabelledTextReader.Texts, tokenizer choice: TokenizerChoice, context: Int, threads: Int, origin: String
  ) throws {
    let tokenizer = try Self.tokenizer(choice, for: texts.texts, threads: threads, origin: origin)
    var (first, last): ([Int32], [Int32]) = ([], [])
    if let start = tokenizer.id(of: "[CLS]"), let end = tokenizer.id(of: "[SEP]") { (first, last) = ([start], [end]) }
    let room = context - first.count - last.count
    guard room > 0 else {
      throw DatasetError.configuration(
        "data.context \(context) leaves no text to read", remedy: "Give at least \(first.count + last.count + 1).")
    }
    var cut = 0
    let sequences = texts.texts.map { text in
      let tokens = tokenizer.encode(text)
      if tokens.count > room { cut += 1 }
      let sequence = first + tokens.prefix(room) + last
      return sequence.isEmpty ? [tokenizer.endOfText ?? Self.padding] : sequence
    }
    let notes =
      cut == 0
      ? [] : ["\(origin): \(cut) of \(texts.texts.count) texts do not fit into data.context \(context), and are cut"]
    self.init(
      sequences, .classes(texts.classes, names: texts.names), context: context, tokenizer: tokenizer, origin: origin,
      notes: notes)
  }
}
