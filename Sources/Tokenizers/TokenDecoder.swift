/// Makes text of tokens' contents: the `decoder` of a tokenizer.json.
indirect enum TokenDecoder: Sendable {
  case sequence([TokenDecoder])
  case replace([UInt8], with: [UInt8])
  /// Tokens of bytes, `<0x0A>`, become the bytes.
  case byteFallback
  /// All tokens become one.
  case fuse
  /// Takes a character away at the ends of each token, so often at most.
  case strip([UInt8], start: Int, end: Int)
  /// The visible character becomes a space again, but in a first token that had one put in front.
  case metaspace(replacement: [UInt8], dropsFirst: Bool)
  /// Spaces between words, none in front of what goes on a word; with `cleansUp` none in front of punctuation.
  case wordPiece(prefix: [UInt8], cleansUp: Bool)
  /// Spaces between tokens: where a file has no decoder.
  case joinedBySpaces

  func text(of tokens: [[UInt8]]) -> [UInt8] { Array(applied(to: tokens).joined()) }

  private func applied(to tokens: [[UInt8]]) -> [[UInt8]] {
    switch self {
    case .sequence(let parts): parts.reduce(tokens) { $1.applied(to: $0) }
    case .replace(let pattern, let content): tokens.map { replacing(pattern, with: content, in: $0) }
    case .byteFallback: joiningBytes(tokens)
    case .fuse: [Array(tokens.joined())]
    case .strip(let character, let start, let end): tokens.map { strip(character, start, end, of: $0) }
    case .metaspace(let mark, let dropsFirst):
      tokens.enumerated().map { index, token in
        replacing(mark, with: index == 0 && dropsFirst ? [] : [0x20], in: token)
      }
    case .wordPiece(let prefix, let cleansUp):
      tokens.enumerated().map { index, token in
        let spaced = index == 0 ? token : token.starts(with: prefix) ? Array(token[prefix.count...]) : [0x20] + token
        return cleansUp ? Self.cleanedUp(spaced) : spaced
      }
    case .joinedBySpaces: [Array(tokens.joined(separator: [0x20]))]
    }
  }

  /// Bytes in a row become one token, for together they may be a character.
  private func joiningBytes(_ tokens: [[UInt8]]) -> [[UInt8]] {
    var result: [[UInt8]] = []
    var wasByte = false
    for token in tokens {
      let byte = ByteToken.byte(spelled: token)
      if let byte, wasByte { result[result.count - 1].append(byte) } else { result.append(byte.map { [$0] } ?? token) }
      wasByte = byte != nil
    }
    return result
  }

  private func strip(_ character: [UInt8], _ start: Int, _ end: Int, of token: [UInt8]) -> [UInt8] {
    if character.isEmpty { return token }
    var token = token[...]
    var (start, end) = (start, end)
    while start > 0, token.starts(with: character) {
      token = token.dropFirst(character.count)
      start -= 1
    }
    while end > 0, token.suffix(character.count).elementsEqual(character) {
      token = token.dropLast(character.count)
      end -= 1
    }
    return Array(token)
  }

  /// What `tokenizers` calls clean-up, English contractions included.
  private static func cleanedUp(_ token: [UInt8]) -> [UInt8] {
    let replacements = [
      (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
      (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
    ]
    return replacements.reduce(token) { text, replacement in
      replacing(Array(replacement.0.utf8), with: Array(replacement.1.utf8), in: text)
    }
  }
}
