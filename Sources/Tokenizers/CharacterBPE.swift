import Files

/// Byte-pair encoding over characters (Sennrich et al. 2016), as Llama 2 has it: merges by rank, and what the vocabulary
/// lacks becomes its bytes' tokens or an unknown token.
struct CharacterBPE: WordModel {
  let tokens: TokenTable
  private let merges: MergeTable
  /// The token of each byte; empty where unknown characters are not cut into bytes.
  private let byteTokens: [Int32]
  /// `nil`: what is unknown is left out.
  private let unknown: Int32?
  /// Whether unknown characters in a row are one token.
  private let fusesUnknown: Bool
  /// Whether a word that is a token is never merged from its characters.
  private let ignoresMerges: Bool

  func append(_ word: Span<UInt8>, to ids: inout [Int32]) {
    if ignoresMerges {
      let id = tokens.id(of: word)
      if id >= 0 {
        ids.append(id)
        return
      }
    }
    let start = ids.count
    appendCharacters(of: word, to: &ids)
    merges.merge(&ids, from: start)
  }

  private func appendCharacters(of word: Span<UInt8>, to ids: inout [Int32]) {
    // Unknown characters wait for the next known one, as in the library: bytes do not end them.
    var waiting = 0
    func appendWaiting() {
      if let unknown { ids += repeatElement(unknown, count: fusesUnknown ? min(waiting, 1) : waiting) }
      waiting = 0
    }
    var position = 0
    while position < word.count {
      let length = decodeScalar(word, at: position).length
      let character = word.extracting(position..<position + length)
      let id = tokens.id(of: character)
      if id >= 0 {
        appendWaiting()
        ids.append(id)
      } else if !byteTokens.isEmpty, character.indices.allSatisfy({ byteTokens[Int(character[$0])] >= 0 }) {
        for index in character.indices { ids.append(byteTokens[Int(character[index])]) }
      } else {
        // Where they are not fused, one that comes sends off the one that waits.
        if !fusesUnknown { appendWaiting() }
        waiting += 1
      }
      position += length
    }
    appendWaiting()
  }
}

extension CharacterBPE {
  init(_ file: TokenizerJSON) throws {
    try file.requireUnset(["dropout", "continuing_subword_prefix", "end_of_word_suffix"])
    let table = TokenTable(try file.spellings())
    tokens = table
    merges = MergeTable(try MergeTable.merges(file.merges(), in: table, path: file.path))
    byteTokens = file.model("byte_fallback")?.boolean == true ? ByteToken.tokens(of: table) : []
    fusesUnknown = file.model("fuse_unk")?.boolean ?? false
    ignoresMerges = file.model("ignore_merges")?.boolean ?? false
    guard let name = file.model("unk_token")?.bytes else {
      unknown = nil
      return
    }
    let id = table.id(of: name.span)
    guard id >= 0 else {
      throw file.badContent(
        "model.unk_token is '\(String(decoding: name, as: UTF8.self))', which the vocabulary lacks")
    }
    unknown = id
  }
}
