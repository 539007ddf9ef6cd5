import Files
import TestSupport
import Testing

@testable import Tokenizers

@Suite("Byte-level BPE")
struct ByteLevelBPETests {
  @Test("trained here is the tokenizer that Hugging Face's trainer makes of the same text")
  func training() throws {
    let ours = ByteLevelBPE.train(on: [try GoldenTokenizers.corpus()], vocabularySize: 500)
    let theirs = try #require(try GoldenTokenizers.tokenizer("byte-level-bpe") as? ByteLevelBPE)
    #expect(ours.merges.merges == theirs.merges.merges)
    #expect(ours.vocabularySize == 500)
    for id in 0..<Int32(500) { #expect(ours.decode([id]) == theirs.decode([id])) }
    try GoldenTokenizers.expectEqual(ours, toCasesOf: "byte-level-bpe")
  }

  @Test("read from Hugging Face's file gives the tokens that their library gives")
  func golden() throws {
    try GoldenTokenizers.expectEqual(GoldenTokenizers.tokenizer("byte-level-bpe"), toCasesOf: "byte-level-bpe")
  }

  @Test("learns the same on any number of threads")
  func threads() throws {
    // Long enough for several pieces, whose words first come in different ones.
    let corpus = try GoldenTokenizers.corpus()
    let text = (0..<120).flatMap { corpus + Array("number \($0 * 7919)\n".utf8) }
    let one = ByteLevelBPE.train(on: [text, corpus], vocabularySize: 700)
    for threads in [2, 3, 5] {
      let several = ByteLevelBPE.train(on: [text, corpus], vocabularySize: 700, threads: threads)
      #expect(several.merges.merges == one.merges.merges)
    }
  }

  @Test("gives back every text, valid UTF-8 or not")
  func roundTrip() throws {
    let tokenizer = ByteLevelBPE.train(on: [try GoldenTokenizers.corpus()], vocabularySize: 400)
    var values = SeededBytes(seed: 7)
    for length in 0..<200 {
      let text = values.next(length)
      #expect(tokenizer.decode(tokenizer.encode(text)) == text)
    }
  }

  @Test("stops where no pair is left, and has the bytes and the special tokens of no text at all")
  func smallCorpora() {
    let empty = ByteLevelBPE.train(on: [], vocabularySize: 1000)
    #expect(empty.vocabularySize == 257)
    #expect(empty.endOfText == 0)
    #expect(empty.encode([0x21, 0xFF]) == [1, 188])
    let short = ByteLevelBPE.train(on: [Array("abab".utf8)], vocabularySize: 1000)
    #expect(short.merges.merges.count == 2)
    #expect(short.encode(Array("abab".utf8)) == [258])
  }

  @Test("does not learn from special tokens in the text, finds them there, and can be told not to")
  func specialTokens() {
    let text = Array("a<|endoftext|>b".utf8)
    let tokenizer = ByteLevelBPE.train(on: [text], vocabularySize: 300)
    #expect(tokenizer.vocabularySize == 257)
    #expect(tokenizer.encode(text) == [65, 0, 66])
    #expect(tokenizer.encodeOrdinary(text).count == text.count)
    #expect(tokenizer.id(of: "<|endoftext|>") == 0)
    #expect(tokenizer.id(of: "nothing") == nil)
    #expect(tokenizer.decode([65, 257, -1, 0]) == Array("a<|endoftext|>".utf8))
  }

  @Test("gives a word the same tokens wherever it comes in a text, and whatever words came before")
  func repeatedWords() throws {
    let tokenizer = ByteLevelBPE.train(on: [try GoldenTokenizers.corpus()], vocabularySize: 400)
    var values = SeededBytes(seed: 5)
    // Few letters, so that words come again and again; many words, so that they take each other's places.
    let words = (0..<3000).map { index in
      [0x20] + values.next(1 + index % 6).map { UInt8(ascii: "a") + $0 % 3 }
    }
    #expect(tokenizer.encode(Array(words.joined())) == words.flatMap { tokenizer.encode($0) })
  }

  @Test("merges short and long words alike: the lowest rank first, of equal ones the leftmost")
  func longWords() {
    let merges = ByteLevelBPE.train(on: [Array(String(repeating: "aabaab abba ", count: 9).utf8)], vocabularySize: 270)
      .merges
    var values = SeededBytes(seed: 3)
    for length in 0...MergeTable.shortWord {
      var short = values.next(length).map { Int32($0 % 3) + 66 }
      var long = short
      merges.mergeShort(&short, from: 0)
      merges.mergeLong(&long, from: 0)
      #expect(short == long)
    }
    var runs = [Int32](repeating: 66, count: 7)
    MergeTable([MergeTable.Merge(left: 66, right: 66, merged: 300)]).mergeLong(&runs, from: 0)
    #expect(runs == [300, 300, 300, 66])
  }
}

/// Bytes that look random and are the same each time.
struct SeededBytes {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 33)
    }
  }
}
