/// Every character of a corpus is a token, in the order of code points: the character level of nanoGPT.
///
/// A character is a Unicode scalar. Bytes of the corpus that are no UTF-8 have tokens of their own behind the characters. What
/// the corpus lacks has no token and is left out when a text is encoded (``unknownCharacters(in:)`` tells what that
/// is), unless all its bytes have tokens.
///
///     let tokenizer = CharacterTokenizer.train(on: [corpus])
public struct CharacterTokenizer: Tokenizer {
  public var endOfText: Int32? { nil }

  /// The characters' tokens, from 0 on.
  let characters: TokenTable
  /// The token of each byte, -1 where it has none.
  let byteTokens: [Int32]
  private let contents: TokenTable

  /// - Parameters:
  ///   - characters: each the UTF-8 of one scalar, in the order of their ids.
  ///   - bytes: single bytes, with the ids behind those of the characters.
  init(characters: [[UInt8]], bytes: [UInt8]) {
    self.characters = TokenTable(characters)
    contents = TokenTable(characters + bytes.map { [$0] })
    var byteTokens = [Int32](repeating: -1, count: 256)
    for (place, byte) in bytes.enumerated() { byteTokens[Int(byte)] = Int32(characters.count + place) }
    self.byteTokens = byteTokens
  }

  /// The vocabulary of all characters in `texts`.
  ///
  /// - Parameter withAllBytes: whether to add a token for every byte, so that no character is unknown.
  public static func train(on texts: [[UInt8]], withAllBytes: Bool = false) -> CharacterTokenizer {
    var characters: Set<UInt32> = []
    var bytes: Set<UInt8> = withAllBytes ? Set(UInt8.min...UInt8.max) : []
    for text in texts {
      forEachCharacter(of: text.span) { scalar, range in
        if scalar == invalidScalar { bytes.insert(text[range.lowerBound]) } else { characters.insert(scalar) }
      }
    }
    return CharacterTokenizer(
      characters: characters.sorted().compactMap { Unicode.Scalar($0).map { Array(String($0).utf8) } },
      bytes: bytes.sorted())
  }

  public var vocabularySize: Int { contents.count }

  public func id(of token: String) -> Int32? {
    let id = characters.id(of: Array(token.utf8).span)
    return id < 0 ? nil : id
  }

  public func encode(_ text: [UInt8]) -> [Int32] {
    var ids: [Int32] = []
    ids.reserveCapacity(text.count)
    forEachCharacter(of: text.span) { _, range in
      let id = id(ofCharacter: range, in: text)
      if id >= 0 {
        ids.append(id)
      } else if text[range].allSatisfy({ byteTokens[Int($0)] >= 0 }) {
        ids += text[range].map { byteTokens[Int($0)] }
      }
    }
    return ids
  }

  /// The distinct characters that ``encode(_:)`` leaves out, in the order in which they first come.
  public func unknownCharacters(in text: [UInt8]) -> [String] {
    var unknown: [String] = []
    var seen: Set<UInt32> = []
    forEachCharacter(of: text.span) { scalar, range in
      guard id(ofCharacter: range, in: text) < 0, !text[range].allSatisfy({ byteTokens[Int($0)] >= 0 }) else { return }
      if seen.insert(scalar).inserted { unknown.append(String(decoding: text[range], as: UTF8.self)) }
    }
    return unknown
  }

  private func id(ofCharacter range: Range<Int>, in text: [UInt8]) -> Int32 {
    characters.id(of: text.span.extracting(range))
  }

  public func decode(_ ids: [Int32]) -> [UInt8] { ids.flatMap { contents.bytes(of: $0) } }
}

/// Calls `body` with each scalar of a text and the place of its bytes; with ``invalidScalar`` for a byte that is no UTF-8.
func forEachCharacter(of text: Span<UInt8>, _ body: (UInt32, Range<Int>) -> Void) {
  var position = 0
  while position < text.count {
    let (scalar, length) = decodeScalar(text, at: position)
    body(scalar, position..<position + length)
    position += length
  }
}
