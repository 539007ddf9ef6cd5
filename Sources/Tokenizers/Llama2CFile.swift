import Files

/// llama2.c's `tokenizer.bin`: int32 length of the longest token, then for each token float32 score, int32 length, bytes.
/// All numbers are little-endian; the file ends with the last token.
enum Llama2CFile {
  static func read(_ files: TokenizerFolder, _ path: String) throws -> SentencePieceBPE {
    var reader = Reader(bytes: try files.bytes(of: path), path: path)
    _ = try reader.word()
    var pieces: [[UInt8]] = []
    var scores: [Float] = []
    while !reader.isAtEnd {
      let score = Float(bitPattern: try reader.word())
      guard score.isFinite else { throw reader.failure("token \(pieces.count) has the score \(score)") }
      let length = Int(Int32(bitPattern: try reader.word()))
      guard (0...1 << 16).contains(length) else { throw reader.failure("token \(pieces.count) has \(length) bytes") }
      pieces.append(try reader.bytes(length))
      scores.append(score)
    }
    guard pieces.count >= 259, (0..<256).allSatisfy({ ByteToken.byte(spelled: pieces[$0 + 3]) == UInt8($0) }) else {
      throw TokenizerError.badContent(path, "this is no tokenizer of llama2.c: tokens 3 to 258 are not the bytes")
    }
    return SentencePieceBPE(pieces: pieces, scores: scores)
  }

  /// The file that ``read(_:_:)`` makes the tokenizer of.
  static func content(of tokenizer: SentencePieceBPE) -> [UInt8] {
    func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    var pieces = (0..<Int32(tokenizer.pieces.count)).map { Array(tokenizer.pieces.bytes(of: $0)) }
    for byte in UInt8.min...UInt8.max { pieces[SentencePieceBPE.byteToken(byte)] = ByteToken.spelling(of: byte) }
    var content = word(UInt32(pieces.map(\.count).max() ?? 0))
    for (piece, score) in zip(pieces, tokenizer.scores) {
      content += word(score.bitPattern) + word(UInt32(piece.count)) + piece
    }
    return content
  }

  private struct Reader {
    let bytes: [UInt8]
    let path: String
    var position = 0

    var isAtEnd: Bool { position == bytes.count }

    mutating func bytes(_ count: Int) throws -> [UInt8] {
      guard count <= bytes.count - position else { throw failure("the file ends inside a token") }
      position += count
      return Array(bytes[position - count..<position])
    }

    mutating func word() throws -> UInt32 {
      try bytes(4).reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    func failure(_ problem: String) -> TokenizerError { .badContent("\(path): byte \(position)", problem) }
  }
}

extension SentencePieceBPE: SavedTokenizer {
  func files() -> [TokenizerSource.File] { [.init(name: "tokenizer.bin", content: Llama2CFile.content(of: self))] }
}
