/// What happens to a text before it is cut into words: the `normalizer` of a tokenizer.json.
///
/// Texts are bytes; bytes that are no UTF-8 pass every step as they are, except that BERT's cleaning takes them away, as
/// it does with U+FFFD.
indirect enum Normalizer: Sendable {
  case sequence([Normalizer])
  case bert(BertNormalizer)
  /// SentencePiece's table of replacements.
  case precompiled(PrecompiledCharacters)
  case lowercase
  /// Puts a text in front of one that is not empty.
  case prepend([UInt8])
  case replace([UInt8], with: [UInt8])
  /// Two spaces and more.
  case replaceRunsOfSpaces(with: [UInt8])
  /// Takes white space away at the text's ends.
  case strip(left: Bool, right: Bool)

  static let none = Normalizer.sequence([])

  func applied(to text: [UInt8]) -> [UInt8] {
    switch self {
    case .sequence(let parts): parts.reduce(text) { $1.applied(to: $0) }
    case .bert(let normalizer): normalizer.applied(to: text)
    case .precompiled(let characters): characters.applied(to: text)
    case .lowercase: lowercased(text)
    case .prepend(let prefix): text.isEmpty ? text : prefix + text
    case .replace(let pattern, let content): replacing(pattern, with: content, in: text)
    case .replaceRunsOfSpaces(let content): replacingRunsOfSpaces(with: content, in: text)
    case .strip(let left, let right): strip(text, left: left, right: right)
    }
  }

  private func replacingRunsOfSpaces(with content: [UInt8], in text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var position = 0
    while position < text.count {
      var end = position
      while end < text.count, text[end] == 0x20 { end += 1 }
      if end - position >= 2 {
        result += content
        position = end
      } else {
        result.append(text[position])
        position += 1
      }
    }
    return result
  }

  private func strip(_ text: [UInt8], left: Bool, right: Bool) -> [UInt8] {
    let start = left ? endOfRun(of: .whitespace, in: text.span, from: 0) : 0
    let end = right ? startOfSpaces(in: text.span, before: text.count) : text.count
    return start < end ? Array(text[start..<end]) : []
  }
}

/// Every occurrence of `pattern` replaced, from left to right; of an empty one there are none.
func replacing(_ pattern: [UInt8], with content: [UInt8], in text: [UInt8]) -> [UInt8] {
  guard let first = pattern.first, pattern.count <= text.count else { return text }
  var result: [UInt8] = []
  result.reserveCapacity(text.count)
  var position = 0
  while position < text.count {
    if text[position] == first, text[position...].starts(with: pattern) {
      result += content
      position += pattern.count
    } else {
      result.append(text[position])
      position += 1
    }
  }
  return result
}

/// Each character's lower case, as the Unicode Character Database has it without regard to what is around.
func lowercased(_ text: [UInt8]) -> [UInt8] {
  var result: [UInt8] = []
  result.reserveCapacity(text.count)
  forEachCharacter(of: text.span) { scalar, range in
    if scalar < 0x80 {
      let isUpperCase = (UInt32(UInt8(ascii: "A"))...UInt32(UInt8(ascii: "Z"))).contains(scalar)
      result.append(UInt8(scalar) | (isUpperCase ? 0x20 : 0))
    } else if let scalar = Unicode.Scalar(scalar) {
      result += scalar.properties.lowercaseMapping.utf8
    } else {
      result += text[range]
    }
  }
  return result
}
