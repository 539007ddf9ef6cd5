import Testing
import Tokenizers

@Suite("A tokenizer of bytes")
struct ByteTokenizerTests {
  @Test("gives back every text, valid UTF-8 or not, and leaves out ids that are no bytes")
  func roundTrip() {
    let tokenizer = ByteTokenizer()
    for text in [[], Array("Olá, 🐦!".utf8), [0, 0xFF, 0xC0, 0x80]] {
      #expect(tokenizer.decode(tokenizer.encode(text)) == text)
    }
    #expect(tokenizer.decode([72, 256, -1, 105]) == Array("Hi".utf8))
  }
}
