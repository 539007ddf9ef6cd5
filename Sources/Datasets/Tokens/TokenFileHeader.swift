/// How tokens lie in a file of tokens, all numbers little-endian.
///
/// - llm.c's: a header of 256 words of 32 bits, then the tokens, to the end of the file. The header's first word tells the width of
///   a token, the second is a version, the third the number of tokens, the others are 0.
/// - nanoGPT's: tokens of 16 bits, without a header.
struct TokenFileHeader: Hashable {
  /// The numbers that llm.c's files of a width begin with.
  struct Mark: Hashable {
    let magic: UInt32
    let version: UInt32
    /// Bytes of a token.
    let width: Int
  }

  static let marks = [
    Mark(magic: 20_240_520, version: 1, width: 2), Mark(magic: 20_240_801, version: 7, width: 4),
  ]
  /// Of llm.c's header.
  static let byteCount = 1024

  /// Where the tokens begin.
  let offset: Int
  /// Bytes of a token.
  let width: Int
  let count: Int

  /// Reads the beginning of a file.
  init(_ bytes: UnsafeRawBufferPointer, path: String) throws(DatasetError) {
    func word(_ place: Int) -> UInt32 {
      UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * place, as: UInt32.self))
    }
    let remedy = "Check that this is the file you mean, and make it again."
    guard bytes.count >= Self.byteCount, let mark = Self.marks.first(where: { $0.magic == word(0) }) else {
      // Tokens are not zero a thousand bytes long: that is a header, of something else.
      if bytes.count >= Self.byteCount, bytes[12..<Self.byteCount].allSatisfy({ $0 == 0 }) {
        throw .badContent(
          path, byte: 0, "\(word(0)) is the magic number of no token file; llm.c's are 20240520 and 20240801",
          remedy: remedy)
      }
      guard bytes.count.isMultiple(of: 2) else {
        throw .badContent(
          path, "holds \(bytes.count) bytes, which are no tokens of two bytes each", remedy: remedy)
      }
      (offset, width, count) = (0, 2, bytes.count / 2)
      return
    }
    guard word(1) == mark.version else {
      throw .badContent(
        path, byte: 4, "version \(word(1)) of the format; for \(mark.magic) it is \(mark.version)", remedy: remedy)
    }
    (offset, width, count) = (Self.byteCount, mark.width, Int(word(2)))
    let expected = Self.byteCount + count * width
    guard bytes.count == expected else {
      throw .badContent(
        path, "holds \(bytes.count) bytes, but a header for \(count) tokens, which need \(expected)", remedy: remedy)
    }
  }

  /// llm.c's header for so many tokens.
  static func bytes(width: Int, count: Int) -> [UInt8] {
    let mark = marks.first { $0.width == width }
    precondition(mark != nil && count <= Int32.max, "\(count) tokens of \(width) bytes in one file")
    let words = [mark?.magic ?? 0, mark?.version ?? 0, UInt32(count)]
    let start = words.flatMap { word in withUnsafeBytes(of: word.littleEndian) { Array($0) } }
    return start + [UInt8](repeating: 0, count: byteCount - start.count)
  }
}
