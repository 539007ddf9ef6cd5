import Files

extension ByteLevelBPE {
  /// From tokens and merges as they are spelled in a file.
  ///
  /// - Throws: ``TokenizerError`` where a merge names or makes a token that the vocabulary lacks.
  init(
    spellings: [[UInt8]?], merges: [SpelledMerge], added: [AddedToken], pattern: PreTokenPattern,
    ignoresMerges: Bool = false, frame: TokenFrame = TokenFrame(), boundaries: TextBoundaries,
    source: TokenizerSource? = nil, path: String
  ) throws {
    let alphabet = ByteAlphabet()
    self.init(
      vocabulary: spellings.map { spelling in spelling.map { alphabet.bytes(spelled: $0) ?? $0 } },
      merges: try MergeTable.merges(merges, in: TokenTable(spellings), path: path),
      added: added, pattern: pattern, ignoresMerges: ignoresMerges, frame: frame, boundaries: boundaries,
      source: source)
  }

  /// Whether a tokenizer.json's byte-pair encoding is over bytes: then a pre-tokeniser writes them in their alphabet.
  static func isMeant(by file: TokenizerJSON) -> Bool {
    let preTokenizer = file.part("pre_tokenizer")
    return (preTokenizer?["pretokenizers"]?.elements ?? [preTokenizer ?? .null]).contains {
      $0["type"]?.text == "ByteLevel"
    }
  }

  init(_ file: TokenizerJSON) throws {
    try file.requireUnset([
      "dropout", "unk_token", "continuing_subword_prefix", "end_of_word_suffix", "fuse_unk", "byte_fallback",
    ])
    if file.part("normalizer") != nil { throw file.unsupported("normalizer", "is not supported with byte-level BPE") }
    let added = try file.addedTokens()
    let frame = try TokenFrame(file)
    try self.init(
      spellings: file.spellings(), merges: file.merges(), added: added, pattern: PreTokenPattern(file),
      ignoresMerges: file.model("ignore_merges")?.boolean ?? false, frame: frame,
      boundaries: file.boundaries(added, frame), source: file.source, path: file.path)
  }
}

extension PreTokenPattern {
  /// From a pre-tokeniser `ByteLevel`, alone or behind one `Split`.
  fileprivate init(_ file: TokenizerJSON) throws {
    let preTokenizer = file.part("pre_tokenizer") ?? .null
    guard let parts = preTokenizer["pretokenizers"]?.elements else {
      self = try Self.byteLevel(preTokenizer, "pre_tokenizer", file)
      return
    }
    let places = parts.indices.map { "pre_tokenizer.pretokenizers[\($0)]" }
    guard parts.count == 2 else {
      throw file.unsupported("pre_tokenizer", "has \(parts.count) parts; supported are one, and Split with ByteLevel")
    }
    guard try file.kind(of: parts[0], places[0]) == "Split" else {
      throw file.unsupported("\(places[0]).type", "is not supported in front of ByteLevel")
    }
    guard try Self.byteLevel(parts[1], places[1], file) == .wholeText else {
      throw file.unsupported("\(places[1]).use_regex", "is not supported behind a Split")
    }
    let pattern = try file.text(parts[0]["pattern"]?["Regex"] ?? .null, "\(places[0]).pattern.Regex")
    guard let known = PreTokenPattern(regularExpression: pattern) else {
      throw file.unsupported("\(places[0]).pattern", "'\(pattern)' is not supported")
    }
    guard parts[0]["behavior"]?.text == "Isolated", parts[0]["invert"]?.boolean != true else {
      throw file.unsupported("\(places[0]).behavior", "is supported as 'Isolated' only, not inverted")
    }
    self = known
  }

  private static func byteLevel(_ node: JSONNode, _ place: String, _ file: TokenizerJSON) throws -> PreTokenPattern {
    let kind = try file.kind(of: node, place)
    guard kind == "ByteLevel" else { throw file.unsupported("\(place).type", "'\(kind)' is not supported") }
    if node["add_prefix_space"]?.boolean == true {
      throw file.unsupported("\(place).add_prefix_space", "is not supported")
    }
    return node["use_regex"]?.boolean == false ? .wholeText : .gpt2
  }
}

extension TokenizerJSON {
  /// Both sides of each merge: `"a b"`, or `["a", "b"]` as newer files have it.
  func merges() throws -> [SpelledMerge] {
    guard let elements = model("merges")?.elements else { throw badContent("model.merges is not a list") }
    return try elements.enumerated().map { index, element in
      if let line = element.bytes, let pair = VocabularyAndMerges.pair(line) { return pair }
      if let sides = element.elements, sides.count == 2, let left = sides[0].bytes, let right = sides[1].bytes {
        return SpelledMerge(left: left, right: right)
      }
      throw badContent("model.merges[\(index)] is not two tokens")
    }
  }
}

extension ByteLevelBPE: SavedTokenizer {
  func files() -> [TokenizerSource.File] {
    source?.files ?? [.init(name: "tokenizer.json", content: tokenizerJSON().serialized())]
  }

  /// What was not read from a tokenizer.json has GPT-2's pattern or none, and no frame.
  private func tokenizerJSON() -> JSONNode {
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
