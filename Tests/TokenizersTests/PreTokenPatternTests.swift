import Testing

@testable import Tokenizers

@Suite("A pre-tokeniser's pattern")
struct PreTokenPatternTests {
  @Test("of GPT-2 keeps one space with a word, contractions apart, and letters apart from numbers and signs")
  func gpt2() {
    let cases: [(String, [String])] = [
      ("Hello world", ["Hello", " world"]),
      ("they're I'll 'tis d's", ["they", "'re", " I", "'ll", " '", "tis", " d", "'s"]),
      ("''s'''x", ["''", "s", "'''", "x"]),
      ("'S 're'", ["'", "S", " '", "re", "'"]),
      ("a1b22 33c", ["a", "1", "b", "22", " 33", "c"]),
      ("ação, São", ["ação", ",", " São"]),
      ("x  y", ["x", " ", " y"]),
      ("x \n y\t\tz ", ["x", " \n", " y", "\t", "\t", "z", " "]),
      ("   ", ["   "]),
      ("a\u{A0}\u{A0}b\u{3000}c", ["a", "\u{A0}", "\u{A0}", "b", "\u{3000}", "c"]),
      (" ?! …", [" ?!", " …"]),
      ("½٣Ⅷ", ["½٣Ⅷ"]),
      ("e\u{301}e", ["e", "\u{301}", "e"]),
    ]
    for (text, expected) in cases { #expect(words(Array(text.utf8)) == expected.map { Array($0.utf8) }, "\(text)") }
  }

  @Test(
    "of cl100k takes a sign along with letters, cuts numbers in threes, and keeps line ends with what is before them")
  func cl100k() {
    let cases: [(String, [String])] = [
      ("Hello, world", ["Hello", ",", " world"]),
      ("they'RE 'ſa I'll", ["they", "'RE", " '", "ſa", " I", "'ll"]),
      ("x'ſa", ["x", "'ſ", "a"]),
      ("(a \tb\u{A0}c", ["(a", " ", "\tb", "\u{A0}c"]),
      ("1234567 8", ["123", "456", "7", " ", "8"]),
      ("a!?\r\n\nb", ["a", "!?\r\n\n", "b"]),
      ("  \n \n  a", ["  \n \n", " ", " a"]),
      ("\r\na", ["\r\n", "a"]),
      (" ,a  ", [" ,", "a", "  "]),
      ("\n\n   ", ["\n\n", "   "]),
      ("a\u{301}b", ["a", "\u{301}b"]),
    ]
    for (text, expected) in cases {
      #expect(words(Array(text.utf8), .cl100k(digits: 3)) == expected.map { Array($0.utf8) }, "\(text)")
    }
    #expect(words(Array("1234".utf8), .cl100k(digits: 1)).count == 4)
  }

  @Test("is known by its regular expression")
  func regularExpressions() {
    let gpt2 = #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#
    #expect(PreTokenPattern(regularExpression: gpt2) == .gpt2)
    let start = #"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|"#
    let end = #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
    #expect(PreTokenPattern(regularExpression: start + #"\p{N}{1,3}"# + end) == .cl100k(digits: 3))
    #expect(PreTokenPattern(regularExpression: start + #"\p{N}"# + end) == .cl100k(digits: 1))
    #expect(PreTokenPattern(regularExpression: #"\w+"#) == nil)
  }

  @Test("takes bytes that are no UTF-8 for signs, and joined the words are the text")
  func invalidBytes() {
    #expect(words([0x61, 0xFF, 0xC3, 0x62]) == [[0x61], [0xFF, 0xC3], [0x62]])
    // An overlong slash, half a surrogate pair, a value above U+10FFFF, a sequence cut short.
    for bytes: [UInt8] in [[0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82]] {
      #expect(words([0x61] + bytes) == [[0x61], bytes])
    }
  }

  @Test("knows the letters of Unicode 16 and no newer ones")
  func unicodeVersion() {
    let classes = CharacterClasses.unicode16
    #expect(classes[0x10D4A] == .letter)  // Garay, Unicode 16
    #expect(classes[0x088F] == .other)  // Unicode 17
    #expect(classes[0x16FF4] == .other)  // a number of Unicode 17
    #expect(classes[0x3_1350] == .letter)
    #expect(classes[0xE0001] == .other)
    #expect(classes[0x85] == .whitespace)
    #expect(classes[invalidScalar] == .other)
  }

  private func words(_ text: [UInt8], _ pattern: PreTokenPattern = .gpt2) -> [[UInt8]] {
    var words: [[UInt8]] = []
    var start = 0
    while start < text.count {
      let end = pattern.endOfWord(in: text.span, from: start)
      words.append(Array(text[start..<end]))
      start = end
    }
    return words
  }
}
