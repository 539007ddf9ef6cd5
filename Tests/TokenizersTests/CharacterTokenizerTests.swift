import TestSupport
import Testing

@testable import Tokenizers

@Suite("A tokenizer of characters")
struct CharacterTokenizerTests {
  @Test("has the characters of its corpus in the order of their code points")
  func vocabulary() {
    let tokenizer = CharacterTokenizer.train(on: [Array("bé a🐦".utf8), Array("a\n".utf8)])
    #expect(tokenizer.vocabularySize == 6)
    #expect(tokenizer.encode(Array("\n abé🐦".utf8)) == [0, 1, 2, 3, 4, 5])
    #expect(tokenizer.id(of: "é") == 4)
  }

  @Test("keeps composed and decomposed accents apart")
  func accents() {
    let tokenizer = CharacterTokenizer.train(on: [Array("e\u{301}".utf8)])
    #expect(tokenizer.encode(Array("\u{E9}".utf8)) == [])
    #expect(tokenizer.decode(tokenizer.encode(Array("e\u{301}".utf8))) == Array("e\u{301}".utf8))
  }

  @Test("leaves out what its corpus lacks and tells what that is")
  func unknown() {
    let tokenizer = CharacterTokenizer.train(on: [Array("abc".utf8)])
    #expect(tokenizer.encode(Array("xaéb".utf8)) == [0, 1])
    #expect(tokenizer.unknownCharacters(in: Array("xaéxb".utf8)) == ["x", "é"])
  }

  @Test("has tokens for bytes that are no UTF-8, or for all")
  func bytes() {
    let corpus: [UInt8] = [0x61, 0xFF, 0xC3]
    let some = CharacterTokenizer.train(on: [corpus])
    #expect(some.vocabularySize == 3)
    #expect(some.encode([0xFF, 0x61, 0xC3, 0xFE]) == [2, 0, 1])
    #expect(some.decode([0, 2, 1, 7]) == [0x61, 0xFF, 0xC3])
    let all = CharacterTokenizer.train(on: [corpus], withAllBytes: true)
    #expect(all.vocabularySize == 257)
    let text = Array("é!a".utf8) + [0x80]
    #expect(all.decode(all.encode(text)) == text)
    #expect(all.unknownCharacters(in: text) == [])
  }
}
