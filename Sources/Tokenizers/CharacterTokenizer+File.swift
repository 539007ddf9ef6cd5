import Files

extension CharacterTokenizer {
  /// From a BPE without merges and pre-tokeniser whose tokens are single characters and bytes; `nil` for every other.
  init?(_ file: TokenizerJSON) throws {
    guard file.model("merges")?.elements?.isEmpty == true, file.part("pre_tokenizer") == nil,
      file.part("normalizer") == nil, try file.addedTokens().isEmpty
    else { return nil }
    var characters: [[UInt8]] = []
    var bytes: [UInt8] = []
    for spelling in try file.spellings() {
      guard let spelling else { return nil }
      if let byte = ByteToken.byte(spelled: spelling) {
        bytes.append(byte)
      } else {
        guard bytes.isEmpty, !spelling.isEmpty, decodeScalar(spelling.span, at: 0).length == spelling.count else {
          return nil
        }
        characters.append(spelling)
      }
    }
    guard Set(bytes).count == bytes.count else { return nil }
    self.init(characters: characters, bytes: bytes)
  }
}

/// How a vocabulary of characters spells a single byte: `<0x0A>`.
enum ByteToken {
  static func spelling(of byte: UInt8) -> [UInt8] {
    let digits = String(byte, radix: 16, uppercase: true)
    return Array("<0x\(digits.count == 1 ? "0" : "")\(digits)>".utf8)
  }

  static func byte(spelled spelling: some Collection<UInt8>) -> UInt8? {
    guard spelling.count == 6, spelling.starts(with: "<0x".utf8), spelling.dropFirst(5).first == UInt8(ascii: ">")
    else {
      return nil
    }
    return UInt8(String(decoding: spelling.dropFirst(3).prefix(2), as: UTF8.self), radix: 16)
  }
}

extension ByteToken {
  /// The token of each byte; -1 where there is none.
  static func tokens(of table: TokenTable) -> [Int32] {
    (UInt8.min...UInt8.max).map { table.id(of: spelling(of: $0).span) }
  }
}

extension CharacterTokenizer: SavedTokenizer {
  func files() -> [TokenizerSource.File] { [.init(name: "tokenizer.json", content: tokenizerJSON().serialized())] }

  private func tokenizerJSON() -> JSONNode {
    var vocabulary = (0..<Int32(characters.count)).map { (spelling: Array(characters.bytes(of: $0)), id: $0) }
    for byte in UInt8.min...UInt8.max where byteTokens[Int(byte)] >= 0 {
      vocabulary.append((ByteToken.spelling(of: byte), byteTokens[Int(byte)]))
    }
    let decoder: JSONNode = .object([
      "type": .text("Sequence"),
      "decoders": .array([.object(["type": .text("ByteFallback")]), .object(["type": .text("Fuse")])]),
    ])
    let hasBytes = byteTokens.contains { $0 >= 0 }
    return .tokenizer(
      added: [], preTokenizer: .null, decoder: decoder,
      model: .bytePairModel(vocabulary: vocabulary, merges: [], byteFallback: hasBytes))
  }
}

extension ByteTokenizer: SavedTokenizer {
  /// A byte-level BPE without merges, whose ids are the bytes.
  func files() -> [TokenizerSource.File] {
    ByteLevelBPE(
      vocabulary: (UInt8.min...UInt8.max).map { [$0] }, merges: [], added: [], pattern: .wholeText
    ).files()
  }
}
