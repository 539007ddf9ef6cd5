import Files

extension ByteLevelBPE {
  /// From tokens and merges as they are spelled in a file.
  ///
  /// - Throws: ``TokenizerError`` where a merge names or makes a token that the vocabulary lacks.
  init(
    spellings: [[UInt8]?], merges: [(left: [UInt8], right: [UInt8])], added: [AddedToken], pattern: PreTokenPattern,
    ignoresMerges: Bool = false, endOfText: Int32?, path: String
  ) throws {
    let table = TokenTable(spellings)
    func id(_ spelling: [UInt8], _ index: Int) throws -> Int32 {
      let id = table.id(of: spelling.span)
      if id >= 0 { return id }
      let name = String(decoding: spelling, as: UTF8.self)
      throw TokenizerError.badContent(path, "merge \(index + 1) has the token '\(name)', which the vocabulary lacks")
    }
    let alphabet = ByteAlphabet()
    self.init(
      vocabulary: spellings.map { spelling in spelling.map { alphabet.bytes(spelled: $0) ?? $0 } },
      merges: try merges.enumerated().map { index, pair in
        MergeTable.Merge(
          left: try id(pair.left, index), right: try id(pair.right, index),
          merged: try id(pair.left + pair.right, index))
      },
      added: added, pattern: pattern, ignoresMerges: ignoresMerges, endOfText: endOfText)
  }

  init(_ file: TokenizerJSON) throws {
    try file.requireUnset([
      "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk", "byte_fallback",
    ])
    if file.part("normalizer") != nil { throw file.unsupported("normalizer", "is not supported with byte-level BPE") }
    let added = try file.addedTokens()
    try self.init(
      spellings: file.spellings(), merges: file.merges(), added: added, pattern: Self.pattern(file),
      ignoresMerges: file.model("ignore_merges")?.boolean ?? false, endOfText: TokenizerJSON.endOfText(among: added),
      path: file.path)
  }

  private static func pattern(_ file: TokenizerJSON) throws -> PreTokenPattern {
    guard let preTokenizer = file.part("pre_tokenizer") else {
      throw file.unsupported("pre_tokenizer", "is null, which is not supported with BPE")
    }
    let kind = try file.text(preTokenizer["type"] ?? .null, "pre_tokenizer.type")
    guard kind == "ByteLevel" else { throw file.unsupported("pre_tokenizer.type", "'\(kind)' is not supported") }
    if preTokenizer["add_prefix_space"]?.boolean == true {
      throw file.unsupported("pre_tokenizer.add_prefix_space", "is not supported")
    }
    return preTokenizer["use_regex"]?.boolean == false ? .wholeText : .gpt2
  }
}

extension TokenizerJSON {
  /// Both sides of each merge: `"a b"`, or `["a", "b"]` as newer files have it.
  func merges() throws -> [(left: [UInt8], right: [UInt8])] {
    guard let elements = model("merges")?.elements else { throw badContent("model.merges is not a list") }
    return try elements.enumerated().map { index, element in
      if let line = element.bytes, let pair = VocabularyAndMerges.pair(line) { return pair }
      if let sides = element.elements, sides.count == 2, let left = sides[0].bytes, let right = sides[1].bytes {
        return (left, right)
      }
      throw badContent("model.merges[\(index)] is not two tokens")
    }
  }
}

extension ByteLevelBPE: SavedTokenizer {
  func tokenizerJSON() -> JSONNode {
    let alphabet = ByteAlphabet()
    let addedIDs = Set(added.tokens.map(\.id))
    func spelling(_ id: Int32) -> [UInt8] {
      addedIDs.contains(id) ? Array(tokens.bytes(of: id)) : alphabet.spelling(of: tokens.bytes(of: id))
    }
    let byteLevel: JSONNode = .object([
      "type": .text("ByteLevel"), "add_prefix_space": .boolean(false), "trim_offsets": .boolean(true),
      "use_regex": .boolean(pattern == .gpt2),
    ])
    let model = JSONNode.bytePairModel(
      vocabulary: (0..<Int32(tokens.count)).filter(tokens.contains).map { (spelling($0), $0) },
      merges: merges.merges.map { .string(spelling($0.left) + [0x20] + spelling($0.right)) }, byteFallback: false)
    return .tokenizer(added: added.tokens, preTokenizer: byteLevel, decoder: byteLevel, model: model)
  }
}
