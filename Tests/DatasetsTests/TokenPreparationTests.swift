import Failures
import TestSupport
import Testing
import Tokenizers

@testable import Datasets

@Suite("Texts that are turned into files of tokens")
struct TokenPreparationTests {
  private let folder: TemporaryFolder
  private let text = Array((0..<90).map { "verse \($0), with é and 🐦\n" }.joined().utf8)

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(text, to: "a.txt")
    try folder.write("{\"text\": \"one\"}\n{\"text\": \"two\"}\n", to: "b.jsonl")
  }

  private var output: String { folder.path + "/tokens" }

  private func tokens(_ files: [TokenFile]) -> [Int32] { files.flatMap { $0.first($0.count) } }

  @Test("hold the tokens of the texts, in shards, the end of each text to validate")
  func content() throws {
    let tokenizer = ByteLevelBPE.train(on: [text], vocabularySize: 300)
    let index = try TokenPreparation(tokenizer, shardTokens: 100, validation: 0.2).write(
      [folder.path + "/a.txt", folder.path + "/b.jsonl"], to: output)
    let files = try TokenCollection(path: output)
    #expect(files.index == index)
    #expect(index.documents == 3 && index.bytes == text.count + 6 && index.dtype == "uint16")
    #expect(files.training.count > 2 && files.training.dropLast().allSatisfy { $0.count == 100 })
    let end = try #require(tokenizer.endOfText)
    let (training, validation) = (tokens(files.training), tokens(files.validation))
    let texts = [training, validation].map { $0.split(separator: end).map { tokenizer.decode(Array($0)) } }
    #expect(texts[0][0] + texts[1][0] == text)
    #expect(texts[0][0].count >= text.count * 4 / 5 && texts[0][0].count < text.count * 4 / 5 + 4)
    #expect((texts[0].dropFirst() + texts[1].dropFirst()).flatMap { $0 } == Array("onetwo".utf8))
    #expect(try TokenizerFile.read(path: output + "/tokenizer").encode(text) == tokenizer.encode(text))
  }

  @Test("take four bytes a token where the vocabulary is large")
  func wide() throws {
    let characters = (0x20000..<0x20000 + 70_000).compactMap(Unicode.Scalar.init).map(String.init).joined()
    let large = CharacterTokenizer.train(on: [Array(characters.utf8)])
    try folder.write(characters, to: "c.txt")
    try TokenPreparation(large, shardTokens: 30_000, validation: 0).write([folder.path + "/c.txt"], to: output)
    let files = try TokenCollection(path: output)
    #expect(files.training.map(\.width) == [4, 4, 4])
    #expect(tokens(files.training) == large.encode(Array(characters.utf8)))
  }

  @Test("are not written over a folder that is there, and not at all where a text is missing")
  func refused() throws {
    let preparation = TokenPreparation(ByteTokenizer(), shardTokens: 100, validation: 0)
    #expect {
      try preparation.write([folder.path + "/d.txt"], to: output)
    } throws: { error in
      (error as? any UserFacingError)?.exitStatus == .missingInput
    }
    #expect(!folder.exists("tokens"))
    try preparation.write([folder.path + "/a.txt"], to: output)
    let taken = #expect(throws: DatasetError.self) { try preparation.write([folder.path + "/a.txt"], to: output) }
    #expect(taken?.kind == .taken)
  }
}
