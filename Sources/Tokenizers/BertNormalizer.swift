@_spi(_Unicode) import Swift

/// BERT's cleaning of texts (Devlin et al. 2018, `BasicTokenizer` of the published code).
///
/// `tokenizers` knows the characters of Unicode 8 here, and the decompositions of Unicode 12; so does this, for newer characters
/// must not become other tokens than a model was trained with.
struct BertNormalizer: Sendable {
  /// Takes control characters away and makes every white space a space.
  var cleansText = true
  /// Puts spaces around Chinese characters, so that each is a word.
  var separatesChinese = true
  /// Decomposes characters and takes accents away.
  var stripsAccents = true
  var lowercases = true

  func applied(to text: [UInt8]) -> [UInt8] {
    var text = text
    if cleansText { text = cleaned(text) }
    if separatesChinese { text = withChineseApart(text) }
    if stripsAccents { text = withoutAccents(text) }
    return lowercases ? lowercased(text) : text
  }

  private func cleaned(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    forEachCharacter(of: text.span) { value, range in
      guard let scalar = Unicode.Scalar(value), value != 0, value != 0xFFFD else { return }
      switch scalar {
      case "\t", "\n", "\r": result.append(0x20)
      case " "..."~": result.append(UInt8(value))
      default:
        if Unicode8.isControl(scalar) { return }
        if scalar.properties.isWhitespace { result.append(0x20) } else { result += text[range] }
      }
    }
    return result
  }

  private func withChineseApart(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    forEachCharacter(of: text.span) { scalar, range in
      let isChinese = Self.isChinese(scalar)
      if isChinese { result.append(0x20) }
      result += text[range]
      if isChinese { result.append(0x20) }
    }
    return result
  }

  private static func isChinese(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F, 0x2B920...0x2CEAF,
      0xF900...0xFAFF, 0x2F800...0x2FA1F:
      true
    default: false
    }
  }

  /// The canonical decomposition (Unicode Standard Annex 15, form D) without nonspacing marks.
  private func withoutAccents(_ text: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    // Characters up to one that is newer than the decompositions, or a byte that is no UTF-8.
    var known = ""
    func decompose() {
      if known.isEmpty { return }
      for scalar in known._nfd where !Unicode8.isNonspacingMark(scalar) { result += String(scalar).utf8 }
      known = ""
    }
    forEachCharacter(of: text.span) { value, range in
      if value < 0x80 {
        // No mark is moved across an ASCII character.
        decompose()
        result.append(UInt8(value))
      } else if let scalar = Unicode.Scalar(value), (scalar.properties.age?.major ?? .max) <= 12 {
        known.unicodeScalars.append(scalar)
      } else {
        decompose()
        result += text[range]
      }
    }
    decompose()
    return result
  }
}

/// General categories as Unicode 8 had them.
enum Unicode8 {
  static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    guard isKnown(scalar) else { return false }
    switch scalar.properties.generalCategory {
    case .control, .format, .privateUse: return true
    default: return false
    }
  }

  static func isNonspacingMark(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x1734, 0x1171E: true
    case 0x1885, 0x1886, 0xA9BD, 0x111C9: false
    default: isKnown(scalar) && scalar.properties.generalCategory == .nonspacingMark
    }
  }

  /// Punctuation; in ASCII every sign.
  static func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E, 0x166D, 0x111C9: return true
    case 0..<0x80: return false
    default: break
    }
    guard isKnown(scalar) else { return false }
    switch scalar.properties.generalCategory {
    case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
      .finalPunctuation, .otherPunctuation:
      return true
    default: return false
    }
  }

  private static func isKnown(_ scalar: Unicode.Scalar) -> Bool { (scalar.properties.age?.major ?? .max) <= 8 }
}
