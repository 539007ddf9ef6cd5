import Files

/// WordPiece (Wu et al. 2016; Devlin et al. 2018): a word is cut from its beginning on, each time the longest token that fits.
///
/// Tokens inside a word are spelled with a prefix, `##`. A word that cannot be cut, or is too long, is one unknown token.
struct WordPiece: WordModel {
  let tokens: TokenTable
  /// The tokens inside words, without their prefix.
  private let continuations: TokenTable
  private let unknown: Int32
  /// In characters.
  private let longestWord: Int

  init(tokens: [[UInt8]?], prefix: [UInt8], unknown: Int32, longestWord: Int) {
    self.tokens = TokenTable(tokens)
    continuations = TokenTable(
      tokens.map { token in
        guard let token, token.starts(with: prefix) else { return nil }
        return Array(token[prefix.count...])
      })
    self.unknown = unknown
    self.longestWord = longestWord
  }

  func append(_ word: Span<UInt8>, to ids: inout [Int32]) {
    let count = ids.count
    if characterCount(of: word) <= longestWord, appendPieces(of: word, to: &ids) { return }
    ids.removeLast(ids.count - count)
    ids.append(unknown)
  }

  /// False where a part of the word has no token.
  private func appendPieces(of word: Span<UInt8>, to ids: inout [Int32]) -> Bool {
    var start = 0
    while start < word.count {
      let table = start == 0 ? tokens : continuations
      var end = min(word.count, start + table.longest)
      var id: Int32 = -1
      while end > start {
        id = table.id(of: word.extracting(start..<end))
        if id >= 0 { break }
        end -= 1
      }
      if id < 0 { return false }
      ids.append(id)
      start = end
    }
    return true
  }

  private func characterCount(of word: Span<UInt8>) -> Int {
    var count = 0
    var position = 0
    while position < word.count {
      position += decodeScalar(word, at: position).length
      count += 1
    }
    return count
  }
}

extension WordPiece {
  init(_ file: TokenizerJSON) throws {
    let spellings = try file.spellings()
    let name = try file.text(file.model("unk_token") ?? .text("[UNK]"), "model.unk_token")
    guard let unknown = spellings.firstIndex(where: { $0?.elementsEqual(name.utf8) ?? false }) else {
      throw file.badContent("model.unk_token is '\(name)', which the vocabulary lacks")
    }
    let longest = file.model("max_input_chars_per_word")?.integer ?? 100
    guard longest >= 0 else { throw file.badContent("model.max_input_chars_per_word is \(longest)") }
    self.init(
      tokens: spellings, prefix: file.model("continuing_subword_prefix")?.bytes ?? Array("##".utf8),
      unknown: Int32(unknown), longestWord: longest)
  }
}
