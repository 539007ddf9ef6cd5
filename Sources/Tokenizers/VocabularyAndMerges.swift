import Files

/// A byte-level vocabulary as GPT-2 published it: `encoder.json`, spelling to id, and `vocab.bpe`, a merge a line.
enum VocabularyAndMerges {
  /// The ids that any vocabulary may have. The largest in use have a quarter of a million.
  static let ids = 0..<(1 << 24)

  /// The ids that a vocabulary of so many tokens may have: some may be without a token, but a few tokens must not ask for the
  /// memory of millions.
  static func ids(of count: Int) -> Range<Int> { ids.clamped(to: 0..<16 * count + 65_536) }

  static func read(_ files: TokenizerFolder, vocabulary: String, merges: String) throws -> ByteLevelBPE {
    guard let members = try files.json(of: vocabulary).members else {
      throw TokenizerError.badContent(vocabulary, "this is no JSON object of tokens and ids")
    }
    let spellings = try spellings(members, vocabulary)
    let pairs = try lines(of: merges, files)
    // The pair says nothing of added tokens; of GPT-2's vocabulary it is known that this one is no text.
    let endOfText = spellings.firstIndex { $0.map { $0.elementsEqual("<|endoftext|>".utf8) } ?? false }
    let added = endOfText.map { [AddedToken("<|endoftext|>", id: Int32($0))] } ?? []
    return try ByteLevelBPE(
      spellings: spellings, merges: pairs, added: added, pattern: .gpt2,
      boundaries: TextBoundaries(end: added.first?.id), path: merges)
  }

  /// The spellings by id.
  static func spellings(_ members: [JSONNode.Member], _ path: String) throws -> [[UInt8]?] {
    var spellings: [[UInt8]?] = []
    let ids = ids(of: members.count)
    for member in members {
      let name = String(decoding: member.name, as: UTF8.self)
      guard let id = member.value.integer, ids.contains(id) else {
        throw TokenizerError.badContent(path, "the token '\(name)' has no sensible id (byte \(member.offset))")
      }
      while spellings.count <= id { spellings.append(nil) }
      guard spellings[id] == nil else {
        throw TokenizerError.badContent(path, "the token '\(name)' has the id \(id) of another (byte \(member.offset))")
      }
      spellings[id] = member.name
    }
    return spellings
  }

  /// Both sides of each merge, in the order of the file.
  private static func lines(of path: String, _ files: TokenizerFolder) throws -> [SpelledMerge] {
    let text = try files.bytes(of: path)
    var pairs: [SpelledMerge] = []
    for (number, line) in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
      if line.isEmpty || number == 0 && line.starts(with: "#version".utf8) { continue }
      guard let pair = pair(line) else {
        throw TokenizerError.badContent("\(path):\(number + 1)", "not two tokens with a space between them")
      }
      pairs.append(pair)
    }
    return pairs
  }

  /// Both sides of `left right`.
  static func pair(_ line: some RandomAccessCollection<UInt8>) -> SpelledMerge? {
    let sides = line.split(separator: 0x20, omittingEmptySubsequences: false)
    guard sides.count == 2, let left = sides.first, let right = sides.last, !left.isEmpty, !right.isEmpty else {
      return nil
    }
    return SpelledMerge(left: Array(left), right: Array(right))
  }
}
