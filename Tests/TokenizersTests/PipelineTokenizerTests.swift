import Files
import TestSupport
import Testing

@testable import Tokenizers

@Suite("A tokenizer.json of another kind")
struct PipelineTokenizerTests {
  private static let names = [
    "llama3", "llama2", "metaspace", "wordpiece", "wordpiece-cased", "wordpiece-digits", "wordpiece-numbers", "unigram",
    "unigram-bytes",
  ]

  @Test("gives the tokens and the texts that Hugging Face's library gives", arguments: names)
  func golden(name: String) throws {
    let tokenizer = try GoldenTokenizers.tokenizer(name)
    try GoldenTokenizers.expectEqual(tokenizer, toCasesOf: name)
    let framed = try #require(try GoldenTokenizers.cases(of: name).first { $0.framed != nil })
    #expect(tokenizer.encode(framed.text, addingSpecialTokens: true) == framed.framed)
    #expect(tokenizer.encode(framed.text, addingSpecialTokens: false) == framed.ids)
  }

  @Test("knows its special tokens by name, and those that begin and end texts")
  func roles() throws {
    let llama3 = try GoldenTokenizers.tokenizer("llama3")
    #expect(llama3.beginOfText == llama3.id(of: "<|begin_of_text|>"))
    #expect(llama3.endOfText == llama3.id(of: "<|end_of_text|>"))
    #expect(llama3.endOfText == Int32(llama3.vocabularySize - 1))
    let llama2 = try GoldenTokenizers.tokenizer("llama2")
    #expect((llama2.beginOfText, llama2.endOfText) == (1, 2))
    let bert = try GoldenTokenizers.tokenizer("wordpiece")
    let roles = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "no such token"].map { bert.id(of: $0) }
    #expect(roles == [0, 1, 2, 3, 4, nil])
    #expect(bert.frame == TokenFrame(before: [2], after: [3]))
    let t5 = try GoldenTokenizers.tokenizer("unigram")
    #expect((t5.beginOfText, t5.endOfText) == (nil, 1))
    #expect(t5.id(of: "<extra_id_0>") == Int32(t5.vocabularySize - 1))
  }

  @Test("takes bytes that are no UTF-8: byte tokens give them back, others call them unknown")
  func invalidBytes() throws {
    var values = SeededBytes(seed: 11)
    for name in ["llama3", "llama2"] {
      let tokenizer = try GoldenTokenizers.tokenizer(name)
      for length in 1..<100 {
        // A visible space of the text's own comes back as a space; random bytes have none.
        let text = values.next(length)
        #expect(tokenizer.decode(tokenizer.encode(text)) == text)
      }
    }
    let bert = try GoldenTokenizers.tokenizer("wordpiece")
    #expect(bert.encode([0xFF, 0x61, 0xC3]) == bert.encode(Array("a".utf8)))
    let t5 = try GoldenTokenizers.tokenizer("unigram")
    #expect(t5.encode([0xFF, 0xFE]) == [try #require(t5.id(of: "▁")), 2])
  }

  @Test("is saved as it was read, with what its folder told of it")
  func saving() throws {
    let folder = try TemporaryFolder()
    for name in Self.names {
      let content = try GoldenTokenizers.bytes("tokenizers/\(name).json")
      try folder.write(content, to: "a/tokenizer.json")
      try folder.write(
        #"{"bos_token": "<s>", "eos_token": {"content": "</s>"}, "add_bos_token": true}"#, to: "a/tokenizer_config.json"
      )
      let tokenizer = try TokenizerFile.read(path: "\(folder.path)/a")
      try TokenizerFile.write(tokenizer, to: "\(folder.path)/b")
      #expect(try folder.bytes("b/tokenizer.json") == content)
      let again = try TokenizerFile.read(path: "\(folder.path)/b")
      #expect(again.beginOfText == tokenizer.beginOfText)
      #expect(again.endOfText == tokenizer.endOfText)
    }
  }

  @Test("begins texts with the configuration's token only where that says that it is added")
  func configuration() throws {
    let folder = try TemporaryFolder()
    try folder.write(GoldenTokenizers.bytes("tokenizers/metaspace.json"), to: "tokenizer.json")
    func tokenizer(_ configuration: String) throws -> any Tokenizer {
      try folder.write(configuration, to: "tokenizer_config.json")
      return try TokenizerFile.read(path: "\(folder.path)/tokenizer.json")
    }
    let named = try tokenizer(#"{"bos_token": "<s>", "eos_token": "<s>"}"#)
    #expect((named.beginOfText, named.endOfText) == (nil, 1))
    let added = try tokenizer(#"{"bos_token": {"content": "</s>"}, "add_bos_token": true}"#)
    #expect((added.beginOfText, added.endOfText) == (2, 2))
    #expect(throws: TokenizerError.self) { try tokenizer("{") }
  }

  @Test(
    "that asks for what is not there is refused by the name of the part",
    arguments: [
      (#""normalizer":{"type":"NFKC"}"#, "normalizer.type 'NFKC'"),
      (#""normalizer":{"type":"Sequence","normalizers":[{"type":"Nmt"}]}"#, "normalizer.normalizers[0].type 'Nmt'"),
      (
        #""normalizer":{"type":"Replace","pattern":{"Regex":"a+"},"content":"b"}"#,
        "normalizer.pattern 'a+' is not supported"
      ),
      (#""pre_tokenizer":{"type":"UnicodeScripts"}"#, "pre_tokenizer.type 'UnicodeScripts'"),
      (#""pre_tokenizer":{"type":"Punctuation","behavior":"Removed"}"#, "pre_tokenizer.behavior"),
      (#""decoder":{"type":"CTC"}"#, "decoder.type 'CTC'"),
      (#""post_processor":{"type":"Mine"}"#, "post_processor.type 'Mine'"),
      (
        #""post_processor":{"type":"TemplateProcessing","single":[],"special_tokens":{}}"#,
        "post_processor.single has the text 0 times"
      ),
    ])
  func unsupported(part: String, expected: String) throws {
    let error = try refusal(#"{"model":{"type":"WordPiece","vocab":{"[UNK]":0}},\#(part)}"#)
    #expect(error?.kind == .unsupported)
    #expect(error?.message.contains(expected) == true, "\(String(describing: error))")
  }

  @Test(
    "that is damaged is refused, and the message says where",
    arguments: [
      (#"{"model":{"type":"WordPiece","vocab":{"a":0}}}"#, "model.unk_token is '[UNK]'"),
      (#"{"model":{"type":"Unigram","unk_id":0,"vocab":[["a"]]}}"#, "model.vocab[0] is not a token and its score"),
      (#"{"model":{"type":"Unigram","unk_id":0,"vocab":[["a",0],["a",1]]}}"#, "model.vocab[1] is the token 'a' again"),
      (#"{"model":{"type":"Unigram","unk_id":1,"vocab":[["a",0.5]]}}"#, "model.unk_id is 1, but there are 1 tokens"),
      (#"{"model":{"type":"Unigram","vocab":[["a",0.5]]}}"#, "model.unk_id is no sensible id"),
      (
        #"{"model":{"type":"BPE","unk_token":"u","vocab":{"ab":0},"merges":[]},"pre_tokenizer":{"type":"Metaspace"}}"#,
        "model.unk_token is 'u'"
      ),
      (
        #"{"model":{"type":"WordPiece","vocab":{"[UNK]":0}},"normalizer":{"type":"Precompiled","precompiled_charsmap":"AAA"}}"#,
        "normalizer.precompiled_charsmap is no table"
      ),
      (
        #"{"model":{"type":"WordPiece","vocab":{"[UNK]":0}},"post_processor":{"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"x"}}],"special_tokens":{}}}"#,
        "post_processor.single[0] has the special token 'x'"
      ),
    ])
  func damaged(content: String, expected: String) throws {
    let error = try refusal(content)
    #expect(error?.kind == .badContent)
    #expect(error?.message.contains(expected) == true, "\(String(describing: error))")
  }

  private func refusal(_ content: String) throws -> TokenizerError? {
    let folder = try TemporaryFolder()
    let file = try folder.write(content, to: "tokenizer.json")
    return #expect(throws: TokenizerError.self) { try TokenizerFile.read(path: file) }
  }

  @Test("has scores as the library reads them, so that a near tie goes the same way")
  func scores() throws {
    let folder = try TemporaryFolder()
    // Read exactly, "c" would be worth a little more than "a". The library gives [1, 2].
    let vocabulary = #"[["u",-9],["a",-7.5809994099021845],["bc",0.0],["ab",0.0],["c",-7.580999409902184]]"#
    let path = try folder.write(
      #"{"model":{"type":"Unigram","unk_id":0,"vocab":\#(vocabulary)}}"#, to: "tokenizer.json")
    #expect(try TokenizerFile.read(path: path).encode(Array("abc".utf8)) == [1, 2])
  }

  @Test("with a table of characters that points outside of itself leaves the text as it is")
  func lyingTable() throws {
    func words(_ values: [UInt32]) -> [UInt8] {
      values.flatMap { value in (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }
    }
    // A root whose children would be far behind the end; a value behind the replacements.
    let far = try #require(PrecompiledCharacters(words([4, 0x3FFF_FC00])))
    #expect(far.applied(to: Array("aé".utf8)) == Array("aé".utf8))
    var units = [UInt32](repeating: 0, count: 256)
    units[0] = 1 << 10
    units[1 ^ 0x61] = 0x61 | 1 << 8 | 2 << 10
    units[1 ^ 0x61 ^ 2] = 1 << 31 | 1000
    let behind = try #require(PrecompiledCharacters(words([1024] + units) + [0x62, 0]))
    #expect(behind.applied(to: [0x61]) == [0x61])
    units[1 ^ 0x61 ^ 2] = 1 << 31
    let sound = try #require(PrecompiledCharacters(words([1024] + units) + [0x62, 0]))
    #expect(sound.applied(to: [0x61, 0x63]) == [0x62, 0x63])
    for bytes in [[], words([4]), words([400, 1]), words([0, 1])] { #expect(PrecompiledCharacters(bytes) == nil) }
  }
}
