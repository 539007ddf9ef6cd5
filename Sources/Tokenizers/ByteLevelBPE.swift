/// Byte-pair encoding over bytes (Radford et al. 2019, section 2.2), as GPT-2 and Llama 3 have it.
///
/// A text is cut into words by a pattern; a word is one token where the vocabulary has it, and else its bytes are
/// merged pair by pair, lowest rank first. Every text can be encoded, and `decode(encode(text)) == text`.
///
///     let tokenizer = ByteLevelBPE.train(on: [text], vocabularySize: 1000)
///     let ids = tokenizer.encode(Array("Hello<|endoftext|>".utf8))
public struct ByteLevelBPE: Tokenizer {
  public let beginOfText: Int32?
  public let endOfText: Int32?
  public let frame: TokenFrame

  /// All tokens as bytes, added tokens included.
  let tokens: TokenTable
  let merges: MergeTable
  let added: AddedTokens
  let pattern: PreTokenPattern
  /// The token of each byte; -1 where the vocabulary lacks it, and then the byte is left out.
  private let byteTokens: [Int32]
  /// The tokens that a whole word can be.
  private let words: TokenTable
  /// The files it was read from; `nil` where it was learned, or read from GPT-2's older pair.
  let source: TokenizerSource?

  /// - Parameters:
  ///   - vocabulary: the bytes of each id; `nil` for an id without a token.
  ///   - merges: in the order of their ranks.
  ///   - added: tokens that are looked for in the text itself. Their ids may be in the vocabulary or behind it.
  ///   - ignoresMerges: whether a word that is a token is never merged from its bytes (Llama 3).
  init(
    vocabulary: [[UInt8]?], merges: [MergeTable.Merge], added: [AddedToken], pattern: PreTokenPattern,
    ignoresMerges: Bool = false, frame: TokenFrame = TokenFrame(), boundaries: TextBoundaries = TextBoundaries(),
    source: TokenizerSource? = nil
  ) {
    var contents = vocabulary
    for token in added {
      while contents.count <= Int(token.id) { contents.append(nil) }
      if contents[Int(token.id)] == nil { contents[Int(token.id)] = token.content }
    }
    tokens = TokenTable(contents)
    let merges = MergeTable(merges)
    self.merges = merges
    self.added = AddedTokens(added)
    self.pattern = pattern
    self.frame = frame
    beginOfText = boundaries.begin
    endOfText = boundaries.end
    self.source = source
    let words = TokenTable(vocabulary)
    let byteTokens = (UInt8.min...UInt8.max).map { words.id(of: [$0].span) }
    self.byteTokens = byteTokens
    // A token whose bytes merge to something else is no short cut: it could never come out of the merges.
    self.words =
      ignoresMerges
      ? words
      : words.finding { id in
        var merged = words.bytes(of: id).map { byteTokens[Int($0)] }
        if merged.contains(-1) { return false }
        merges.merge(&merged, from: 0)
        return merged == [id]
      }
  }

  public var vocabularySize: Int { tokens.count }

  public func id(of token: String) -> Int32? {
    if let id = added.id(of: token) { return id }
    let id = tokens.id(of: Array(token.utf8).span)
    return id < 0 ? nil : id
  }

  /// The tokens of a text. An added token in the text, such as `<|endoftext|>`, becomes its id.
  public func encode(_ text: [UInt8]) -> [Int32] {
    var ids: [Int32] = []
    ids.reserveCapacity(text.count / 3 + 1)
    added.forEachPart(of: text.span) { part, token in
      if let token { ids.append(token.id) } else { encode(part, into: &ids) }
    }
    return ids
  }

  /// The tokens of a text in which nothing is an added token, as of a stranger's text.
  public func encodeOrdinary(_ text: [UInt8]) -> [Int32] {
    var ids: [Int32] = []
    ids.reserveCapacity(text.count / 3 + 1)
    encode(text.span, into: &ids)
    return ids
  }

  private func encode(_ text: Span<UInt8>, into ids: inout [Int32]) {
    var recent = RecentWords(textOf: text.count)
    var start = 0
    while start < text.count {
      let end = pattern.endOfWord(in: text, from: start)
      append(start..<end, of: text, to: &ids, &recent)
      start = end
    }
  }

  @inline(__always)
  private func append(_ range: Range<Int>, of text: Span<UInt8>, to ids: inout [Int32], _ recent: inout RecentWords) {
    let word = text.extracting(range)
    let hash = hashValue(of: word)
    let id = words.id(of: word, hash: hash)
    if id >= 0 {
      ids.append(id)
      return
    }
    let known = recent.tokens(of: range, in: text, hash: hash)
    if known.isEmpty {
      let start = ids.count
      appendMerged(word, to: &ids)
      recent.remember(range, tokens: start..<ids.count, hash: hash)
    } else {
      for index in known { ids.append(ids[index]) }
    }
  }

  private func appendMerged(_ word: Span<UInt8>, to ids: inout [Int32]) {
    let start = ids.count
    for index in word.indices {
      let id = byteTokens[Int(word[index])]
      if id >= 0 { ids.append(id) }
    }
    merges.merge(&ids, from: start)
  }

  public func decode(_ ids: [Int32]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(ids.count * 4)
    for id in ids { text += tokens.bytes(of: id) }
    return text
  }
}
