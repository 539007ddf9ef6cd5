import Tokenizers

extension FuzzedParser {
  /// Every form of a tokenizer's file. One that is read must be able to encode and decode any text.
  static let tokenizers = [
    FuzzedParser("tokenizer-json") { try useTokenizer(["tokenizer.json", "tokenizer_config.json"], of: $0) },
    FuzzedParser("vocabulary-and-merges") { try useTokenizer(["encoder.json", "vocab.bpe"], of: $0) },
    FuzzedParser("llama2c-tokenizer") { try useTokenizer(["tokenizer.bin"], of: $0) },
    FuzzedParser("token-ids") { input in
      _ = try TokenIDText.read(input.bytes, vocabularySize: 50_257, origin: "ids")
    },
  ]

  private static let text = Array("The café's 12 ☕!\n  Don't\u{301} ▁x</s><|endoftext|>".utf8) + [0xC3, 0xFF]

  private static func useTokenizer(_ names: [String], of input: FuzzInput) throws {
    let tokenizer = try TokenizerFile.read(path: MemoryFiles.folder, fileSystem: input.inMemory(names))
    let ids = tokenizer.encode(text, addingSpecialTokens: true)
    precondition(
      ids.allSatisfy { $0 >= 0 && Int($0) < tokenizer.vocabularySize },
      "ids \(ids) of a vocabulary of \(tokenizer.vocabularySize)")
    _ = tokenizer.decode(ids)
  }
}
