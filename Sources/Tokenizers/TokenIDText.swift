/// Token ids as a text: decimal numbers with white space between them, a line end behind the last.
public enum TokenIDText {
  public static func write(_ ids: [Int32]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(6 * ids.count + 1)
    for (index, id) in ids.enumerated() {
      if index > 0 { text.append(UInt8(ascii: " ")) }
      text += String(id).utf8
    }
    text.append(UInt8(ascii: "\n"))
    return text
  }

  /// - Parameters:
  ///   - vocabularySize: every id must be below it.
  ///   - origin: where the text comes from, as messages call it.
  public static func read(
    _ text: [UInt8], vocabularySize: Int, origin: String
  ) throws(TokenizerError) -> [Int32] {
    var ids: [Int32] = []
    var position = 0
    while position < text.count {
      if isSpace(text[position]) {
        position += 1
        continue
      }
      let start = position
      while position < text.count, !isSpace(text[position]) { position += 1 }
      ids.append(try id(text[start..<position], vocabularySize, "\(origin): byte \(start)"))
    }
    return ids
  }

  private static func id(
    _ word: ArraySlice<UInt8>, _ vocabularySize: Int, _ place: String
  ) throws(TokenizerError) -> Int32 {
    let spelling = String(decoding: word.prefix(20), as: UTF8.self)
    guard word.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
      throw .badText(
        "\(place): '\(spelling)' is no token", remedy: "Tokens are whole numbers with spaces between them.")
    }
    guard word.count <= 20, let id = Int32(spelling), id < vocabularySize else {
      throw .badText(
        "\(place): the token \(spelling) is outside the vocabulary of \(vocabularySize)",
        remedy: "Decode with the tokenizer that made the tokens.")
    }
    return id
  }

  private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte &- 0x09 < 5 }
}

extension TokenizerError {
  fileprivate static func badText(_ message: String, remedy: String) -> TokenizerError {
    TokenizerError(kind: .badContent, message: message, remedy: remedy)
  }
}
