import Failures
import Files
import TestSupport
import Testing

@testable import Tokenizers

@Suite("A tokenizer's file")
struct TokenizerFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("written here is read back as the same tokenizer")
  func roundTrip() throws {
    let corpus = try GoldenTokenizers.corpus()
    let invalid = corpus + [0xFF, 0xC3]
    let tokenizers: [any Tokenizer] = [
      ByteTokenizer(), CharacterTokenizer.train(on: [invalid]),
      CharacterTokenizer.train(on: [corpus], withAllBytes: true),
      ByteLevelBPE.train(on: [corpus], vocabularySize: 600, specialTokens: ["<|endoftext|>", "<|user|>"]),
    ]
    for tokenizer in tokenizers {
      try TokenizerFile.write(tokenizer, to: "\(folder.path)/new/folder")
      let read = try TokenizerFile.read(path: "\(folder.path)/new/folder")
      #expect(read.vocabularySize == tokenizer.vocabularySize)
      #expect(read.endOfText == tokenizer.endOfText)
      #expect(read.encode(invalid) == tokenizer.encode(invalid))
      #expect(read.decode(tokenizer.encode(invalid)) == tokenizer.decode(tokenizer.encode(invalid)))
    }
  }

  @Test("of GPT-2's older kind is a vocabulary and a list of merges")
  func vocabularyAndMerges() throws {
    let alphabet = ByteAlphabet()
    var members = alphabet.bytesInAlphabeticalOrder.enumerated().map { place, byte in
      JSONNode.Member(name: alphabet.spelling(of: [byte]), value: .integer(place))
    }
    members.append(JSONNode.Member(name: Array("Ġa".utf8), value: .integer(256)))
    members.append(JSONNode.Member(name: Array("<|endoftext|>".utf8), value: .integer(258)))
    for names in [("encoder.json", "vocab.bpe"), ("vocab.json", "merges.txt")] {
      let folder = try TemporaryFolder()
      try folder.write(JSONNode.object(members).serialized(), to: names.0)
      try folder.write("#version: 0.2\nĠ a\n", to: names.1)
      for path in [folder.path, "\(folder.path)/\(names.0)", "\(folder.path)/\(names.1)"] {
        let tokenizer = try TokenizerFile.read(path: path)
        #expect(tokenizer.encode(Array("a a<|endoftext|>".utf8)) == [64, 256, 258])
        #expect(tokenizer.endOfText == 258)
        #expect(tokenizer.vocabularySize == 259)
        #expect(tokenizer.decode([64, 257, 256]) == Array("a a".utf8))
      }
    }
  }

  @Test("of llama2.c merges by score, falls back to bytes, and drops the space in front")
  func llama2C() throws {
    var pieces: [(String, Float)] = [("<unk>", 0), ("\n<s>\n", 0), ("\n</s>\n", 0)]
    for byte in UInt8.min...UInt8.max {
      pieces.append((String(decoding: ByteToken.spelling(of: byte), as: UTF8.self), 0))
    }
    pieces += [(" ", -9), ("a", -9), ("b", -9), ("ab", -3), (" a", -2), ("ba", -1), ("bab", -4), ("é", -9)]
    try folder.write(llama2CFile(pieces), to: "tokenizer.bin")
    let tokenizer = try TokenizerFile.read(path: folder.path)
    #expect(tokenizer.vocabularySize == 267)
    // " abab": "ba" has the best score, then " a", then "bab", made of "ba" and "b".
    #expect(tokenizer.encode(Array("abab".utf8)) == [263, 265])
    #expect(tokenizer.encode(Array("é\u{1}è".utf8)) == [259, 266, 4, 3 + 0xC3, 3 + 0xA8])
    #expect(tokenizer.encode([]) == [])
    for text in ["abab", " a", "é\u{1}è", "<unk>"] {
      #expect(tokenizer.decode(tokenizer.encode(Array(text.utf8), addingSpecialTokens: true)) == Array(text.utf8))
    }
    #expect((tokenizer.beginOfText, tokenizer.endOfText) == (1, 2))
    let content = try folder.bytes("tokenizer.bin")
    try TokenizerFile.write(tokenizer, to: "\(folder.path)/copy")
    #expect(try folder.bytes("copy/tokenizer.bin") == content)
    #expect(throws: TokenizerError.self) { try TokenizerFile.write(tokenizer, to: "\(folder.path)/copy.json") }
  }

  private func llama2CFile(_ pieces: [(String, Float)]) -> [UInt8] {
    func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    return word(6) + pieces.flatMap { word($0.1.bitPattern) + word(UInt32($0.0.utf8.count)) + Array($0.0.utf8) }
  }

  @Test(
    "that is damaged is refused, and the message says where",
    arguments: [
      (#"{"model":{"type":"BPE","vocab":{"a":0},"merges":[]"#, "not valid JSON"),
      (#"{"added_tokens":[]}"#, "it has no model"),
      (#"{"model":{"type":"BPE","vocab":[],"merges":[]}}"#, "model.vocab is not an object"),
      (#"{"model":{"type":"BPE","vocab":{"a":0,"b":0},"merges":[]}}"#, "has the id 0 of another"),
      (#"{"model":{"type":"BPE","vocab":{"a":-1},"merges":[]}}"#, "no sensible id"),
      (#"{"model":{"type":"BPE","vocab":{"a":4000000000},"merges":[]}}"#, "no sensible id"),
      (#"{"model":{"type":"BPE","vocab":{"a":0,"a":1},"merges":[]}}"#, "stands twice"),
      (Self.byteLevel(#""vocab":{"a":0},"merges":["a b"]"#), "merge 1 has the token 'b'"),
      (Self.byteLevel(#""vocab":{"a":0,"b":1},"merges":["a b"]"#), "merge 1 has the token 'ab'"),
      (Self.byteLevel(#""vocab":{"a":0},"merges":["a"]"#), "model.merges[0] is not two tokens"),
    ])
  func damage(content: String, expected: String) throws {
    let path = try folder.write(content, to: "tokenizer.json")
    let error = #expect(throws: TokenizerError.self) { try TokenizerFile.read(path: path) }
    #expect(error?.kind == .badContent)
    #expect(error?.message.contains(expected) == true, "\(String(describing: error))")
    #expect(error?.message.contains(path) == true)
  }

  @Test(
    "of an unsupported kind is refused by the name of the part",
    arguments: [
      (#"{"model":{"type":"WordLevel","vocab":{}}}"#, "model.type 'WordLevel'"),
      (Self.byteLevel(#""vocab":{},"merges":[],"dropout":0.1"#), "model.dropout"),
      (#"{"model":{"type":"BPE","vocab":{"ab":0},"merges":[]},"pre_tokenizer":{"type":"Nothing"}}"#, "'Nothing'"),
      (
        #"{"model":{"type":"BPE","vocab":{},"merges":[]},"pre_tokenizer":{"type":"Sequence","pretokenizers":"#
          + #"[{"type":"Split","pattern":{"Regex":"a+"}},{"type":"ByteLevel","use_regex":false}]}}"#, "'a+'"
      ),
    ])
  func unsupported(content: String, expected: String) throws {
    let path = try folder.write(content, to: "tokenizer.json")
    let error = #expect(throws: TokenizerError.self) { try TokenizerFile.read(path: path) }
    #expect(error?.kind == .unsupported)
    #expect(error?.message.contains(expected) == true, "\(String(describing: error))")
    #expect(error?.exitStatus == .badData)
  }

  private static func byteLevel(_ model: String) -> String {
    #"{"model":{"type":"BPE",\#(model)},"pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false}}"#
  }

  @Test("that is missing is told apart from a folder without one")
  func missing() throws {
    let error = #expect(throws: TokenizerError.self) { try TokenizerFile.read(path: folder.path) }
    #expect(error?.exitStatus == .missingInput)
    #expect(throws: FileSystemError.self) { try TokenizerFile.read(path: "\(folder.path)/no.json") }
  }

  @Test("of llama2.c that ends early or has a wrong length is refused")
  func damagedLlama2C() throws {
    let whole = llama2CFile([("<unk>", 0)])
    for bytes in [[], [UInt8](whole.dropLast()), Array(whole[..<9]), whole, Array(repeating: 0xFF, count: 64)] {
      let path = try folder.write(bytes, to: "tokenizer.bin")
      let error = #expect(throws: TokenizerError.self) { try TokenizerFile.read(path: path) }
      #expect(error?.kind == .badContent)
    }
  }
}
