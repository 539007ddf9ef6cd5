import Tokenizers

/// A text to learn from: documents, one after another.
public struct Corpus: Hashable, Sendable {
  /// The bytes of all documents, nothing between them.
  public private(set) var bytes: [UInt8] = []
  /// Where each document ends in `bytes`, ascending.
  public private(set) var ends: [Int] = []
  /// Where the text comes from, as messages call it.
  public let origin: String

  init(origin: String) { self.origin = origin }

  public init(_ documents: [[UInt8]], origin: String) {
    self.init(origin: origin)
    for document in documents { append(document) }
  }

  /// Adds a document; an empty one is none.
  mutating func append(_ document: [UInt8]) {
    guard !document.isEmpty else { return }
    bytes += document
    ends.append(bytes.count)
  }

  /// The documents in a stretch of the bytes, those at its edges as far as they lie in it.
  public func documents(in range: Range<Int>) -> [ArraySlice<UInt8>] {
    var documents: [ArraySlice<UInt8>] = []
    var start = 0
    for end in ends {
      let part = (start..<end).clamped(to: range)
      if !part.isEmpty { documents.append(bytes[part]) }
      start = end
    }
    return documents
  }

  /// The tokens of a stretch of the bytes: those of its documents, joined by the end of a text, or of a line where the
  /// vocabulary has no end of a text.
  public func tokens(in range: Range<Int>, by tokenizer: some Tokenizer) -> TokenSequence {
    var tokens = TokenSequence(vocabularySize: tokenizer.vocabularySize)
    let separator = Self.separator(of: tokenizer)
    for (number, document) in documents(in: range).enumerated() {
      if number > 0 { tokens.append(separator) }
      tokens.append(tokenizer.encode(Array(document)))
    }
    return tokens
  }

  /// The tokens between two documents.
  static func separator(of tokenizer: some Tokenizer) -> [Int32] {
    tokenizer.endOfText.map { [$0] } ?? tokenizer.encode(lineEnd)
  }

  static let lineEnd: [UInt8] = [UInt8(ascii: "\n")]

  /// The stretches of bytes that train, validate and test, cut between characters where the text is UTF-8.
  func split(validation: Double, test: Double) -> StretchSplit {
    StretchSplit(count: bytes.count, validationFraction: validation, testFraction: test) { position in
      // No character has more than three bytes of the form 10xxxxxx behind its first.
      var position = position
      for _ in 0..<3 where position < bytes.count && bytes[position] & 0xC0 == 0x80 { position += 1 }
      return position
    }
  }
}
