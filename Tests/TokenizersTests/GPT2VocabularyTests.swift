import Files
import FoundationEssentials
import Testing
import Tokenizers

@Suite("GPT-2's own vocabulary")
struct GPT2VocabularyTests {
  /// A folder with GPT-2's encoder.json and vocab.bpe, which do not come along.
  private static let folder = ProcessInfo.processInfo.environment["REVOADA_GPT2_VOCABULARY"]

  @Test("gives the tokens that tiktoken gives", .enabled(if: folder != nil, "REVOADA_GPT2_VOCABULARY names no folder"))
  func golden() throws {
    let tokenizer = try TokenizerFile.read(path: #require(Self.folder))
    let golden = try JSONParser.parseExactly(GoldenTokenizers.bytes("gpt2_ids.json")[...], maximumDepth: 4)
    let text = try #require(golden["text"]?.bytes)
    let ids = try #require(golden["ids"]?.elements).map { try #require($0.integer) }
    #expect(tokenizer.encode(text).map(Int.init) == ids)
    #expect(tokenizer.decode(ids.map(Int32.init)) == text)
    #expect(tokenizer.endOfText == 50_256)
  }
}
