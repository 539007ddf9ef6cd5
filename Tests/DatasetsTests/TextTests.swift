import Failures
import TestSupport
import Testing
import Tokenizers

@testable import Datasets

extension TextDataset {
  /// The tokens of some windows, one window after the other.
  func windows(_ numbers: [Int]) -> [Int32] { numbers.flatMap { window($0) } }
}

@Suite("Texts")
struct TextTests {
  private func text(
    _ documents: [[UInt8]], context: Int, validation: Double = 0, test: Double = 0,
    _ tokenizer: TokenizerChoice = .bytes
  ) throws -> LoadedText {
    try LoadedText(
      Corpus(documents, origin: "a.txt"), tokenizer: tokenizer,
      LoadedText.Options(context: context, validation: validation, test: test), threads: 2)
  }

  private func windows(_ bytes: [UInt8], context: Int) throws -> TextDataset {
    try text([bytes], context: context).training
  }

  @Test("a window begins at the last token of the one before, and a rest too short is left out")
  func windows() throws {
    let text = try windows(Array("abcdefghijk".utf8), context: 3)
    #expect(text.count == 3)
    let a = Int32(UInt8(ascii: "a"))
    #expect(text.windows([0]) == [a, a + 1, a + 2, a + 3])
    #expect(text.windows([2, 1]) == [6, 7, 8, 9, 3, 4, 5, 6].map { a + $0 })
  }

  @Test("one byte more or less than whole windows", arguments: [(5, 1), (8, 1), (9, 2), (10, 2), (12, 2), (13, 3)])
  func edges(bytes: Int, count: Int) throws {
    #expect(try windows(Array(repeating: 7, count: bytes), context: 4).count == count)
  }

  @Test("every byte is a token, not only those of text")
  func allBytes() throws {
    let all = (0...255).map { UInt8($0) }
    #expect(try windows(all, context: 255).windows([0]) == Array(0...255))
  }

  @Test("the beginning trains, what follows validates, the end tests; no token is in two parts")
  func parts() throws {
    let text = try text([(0..<100).map { UInt8($0) }], context: 4, validation: 0.2, test: 0.1)
    let tests = try #require(text.test)
    let validation = try #require(text.validation)
    #expect(text.training.tokens.count == 70 && validation.tokens.count == 20 && tests.tokens.count == 10)
    #expect(validation.windows([0]) == [70, 71, 72, 73, 74] && tests.windows([1]) == [94, 95, 96, 97, 98])
  }

  @Test("characters are tokens of the whole text, and no part begins inside one")
  func characters() throws {
    // Ten characters of two bytes: half of them would be cut at the ninth byte.
    let bytes = Array("ãéíõúâêôçà".utf8)
    let text = try text([bytes], context: 1, validation: 0.55, .characters)
    let validation = try #require(text.validation)
    #expect(try #require(text.tokenizer).decode(text.training.windows([0, 1, 2, 3])) == Array("ãééííõõú".utf8))
    #expect(text.training.tokens.count == 5 && validation.tokens.count == 5)
    #expect(try #require(text.tokenizer).decode(validation.windows([0])) == Array("âê".utf8))
  }

  @Test("byte pairs are learnt from the text to train on, whatever the threads, and their tokens give it back")
  func bytePairs() throws {
    let story = Array(String(repeating: "the bird sees the other bird. ", count: 20).utf8)
    let unseen = Array(repeating: UInt8(ascii: "z"), count: 200)
    let text = try text([story + unseen], context: 8, validation: 0.25, .bytePairs(vocabularySize: 270))
    #expect(try #require(text.tokenizer).vocabularySize == 270)
    let ids = text.training.windows([0])
    #expect(story.starts(with: try #require(text.tokenizer).decode(ids)))
    #expect(text.training.tokens.count < story.count / 2, "shorter than its bytes")
    #expect(try #require(text.validation).tokens.count == 200, "nobody has seen zz while learning")
    let alone = try LoadedText(
      Corpus([story + unseen], origin: "a.txt"), tokenizer: .bytePairs(vocabularySize: 270),
      LoadedText.Options(context: 8, validation: 0.25, test: 0), threads: 1)
    #expect(alone.fingerprint == text.fingerprint)
  }

  @Test("documents are joined by the end of a text, or of a line where the vocabulary has none")
  func joined() throws {
    let documents = ["ab", "c", "de"].map { Array($0.utf8) }
    #expect(try text(documents, context: 6).training.windows([0]) == Array("ab\nc\nde".utf8).map(Int32.init))
    let pairs = try text(documents, context: 6, .bytePairs(vocabularySize: 257))
    let end = try #require(pairs.tokenizer?.endOfText)
    let tokens = pairs.training.windows([0])
    #expect(tokens.count == 7 && tokens[2] == end && tokens[4] == end)
    #expect(
      try #require(pairs.tokenizer).decode([tokens[0], tokens[1], tokens[3], tokens[5], tokens[6]])
        == Array("abcde".utf8))
  }

  @Test("a part shorter than one window says how long it is and what would fit")
  func tooShort() throws {
    var error = try #require(throws: DatasetError.self) { try text([Array("short".utf8)], context: 64) }
    #expect(error.message == "a.txt: the training part holds 5 tokens, fewer than one window of 64 + 1")
    #expect(error.remedy == "Bring more text, or lower data.context to at most 4.")
    #expect(error.exitStatus == .badData)
    error = try #require(throws: DatasetError.self) {
      try text([Array(repeating: 9, count: 40)], context: 8, validation: 0.1)
    }
    #expect(error.message == "a.txt: the validation part holds 4 tokens, fewer than one window of 8 + 1")
    #expect(
      error.remedy
        == "Bring more text, set data.validation to 0 or to a larger share, or lower data.context to at most 3.")
    #expect(throws: DatasetError.self) { try text([[7]], context: 1) }
  }

  @Test("the fingerprint tells other windows and another vocabulary from these, and not what no window holds")
  func fingerprint() throws {
    func fingerprint(_ bytes: String, context: Int, _ tokenizer: TokenizerChoice = .bytes) throws -> UInt64 {
      try text([Array(bytes.utf8)], context: context, tokenizer).fingerprint
    }
    let one = try fingerprint("abcdefgh", context: 3)
    #expect(try fingerprint("abcdefgX", context: 3) == one, "seven bytes make two windows")
    #expect(try fingerprint("abcdefXh", context: 3) != one)
    #expect(try fingerprint("abcdefg", context: 2) != one)
    #expect(try fingerprint("abcdefgh", context: 3, .characters) != one)
    let numbered = try fingerprint("abcabca", context: 3, .characters)
    #expect(try fingerprint("abdabda", context: 3, .characters) != numbered, "the same numbers for other characters")
  }
}
