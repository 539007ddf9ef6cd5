/// What the patterns of pre-tokenisers tell apart: `\p{L}`, `\p{N}`, `\s` and everything else.
enum CharacterClass: UInt8 {
  case other, letter, number, whitespace
}

/// The class of every Unicode scalar.
///
/// The categories are those of Unicode 16, which tiktoken and tokenizers have: a text must not be cut another way
/// because Swift's library knows newer letters.
struct CharacterClasses: Sendable {
  /// Made when the first character outside ASCII is met, which takes some 40 milliseconds.
  static let unicode16 = CharacterClasses()

  /// The classes of scalars below U+40000, in pages of 256; equal pages are kept once. Nothing above has a letter.
  private let pageNumbers: [UInt8]
  private let pages: [CharacterClass]
  private static let pageSize: UInt32 = 256
  private static let end: UInt32 = 0x4_0000

  private init() {
    var known: [[CharacterClass]: UInt8] = [:]
    var pageNumbers: [UInt8] = []
    var pages: [CharacterClass] = []
    for start in stride(from: 0, to: Self.end, by: Int(Self.pageSize)) {
      let page = (start..<start + Self.pageSize).map(Self.classify)
      if known[page] == nil {
        known[page] = UInt8(known.count)
        pages += page
      }
      pageNumbers.append(known[page] ?? 0)
    }
    self.pageNumbers = pageNumbers
    self.pages = pages
  }

  subscript(scalar: UInt32) -> CharacterClass {
    guard scalar < Self.end else { return .other }
    return pages[Int(pageNumbers[Int(scalar / Self.pageSize)]) * Int(Self.pageSize) + Int(scalar % Self.pageSize)]
  }

  private static func classify(_ value: UInt32) -> CharacterClass {
    guard let properties = Unicode.Scalar(value)?.properties, let age = properties.age, age.major <= 16 else {
      return .other
    }
    if properties.isWhitespace { return .whitespace }
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return .letter
    case .decimalNumber, .letterNumber, .otherNumber: return .number
    default: return .other
    }
  }
}

/// The class of the character at a position of a text and how many bytes it has.
@inline(__always)
func classify(_ text: Span<UInt8>, at position: Int) -> (class: CharacterClass, length: Int) {
  let byte = text[position]
  if byte < 0x80 { return (classOfASCII(byte), 1) }
  let (scalar, length) = decodeScalar(text, at: position)
  return (CharacterClasses.unicode16[scalar], length)
}

@inline(__always)
private func classOfASCII(_ byte: UInt8) -> CharacterClass {
  if (byte | 0x20) &- UInt8(ascii: "a") < 26 { return .letter }
  if byte == 0x20 || byte &- 0x09 < 5 { return .whitespace }
  return byte &- UInt8(ascii: "0") < 10 ? .number : .other
}
