import Testing
import Tokenizers

@Suite("Tokens as text")
struct TokenIDTextTests {
  @Test("are numbers with one space between them, and are read with any white space")
  func roundTrip() throws {
    #expect(TokenIDText.write([3, 0, 50256]) == Array("3 0 50256\n".utf8))
    #expect(TokenIDText.write([]) == Array("\n".utf8))
    let text = Array("\t3\r\n  0\u{B}50256".utf8)
    #expect(try TokenIDText.read(text, vocabularySize: 50257, origin: "ids") == [3, 0, 50256])
    #expect(try TokenIDText.read([], vocabularySize: 1, origin: "ids") == [])
  }

  @Test(
    "that are none, or outside the vocabulary, are refused with their place",
    arguments: [
      ("1 -2", "ids: byte 2: '-2' is no token"), ("1 two", "'two' is no token"), ("1,2", "'1,2' is no token"),
      ("+1", "'+1' is no token"), ("0 1 512", "ids: byte 4: the token 512 is outside the vocabulary of 512"),
      ("99999999999999999999999999", "outside the vocabulary"), ("4294967296", "outside the vocabulary"),
    ])
  func refused(text: String, message: String) throws {
    let error = #expect(throws: TokenizerError.self) {
      try TokenIDText.read(Array(text.utf8), vocabularySize: 512, origin: "ids")
    }
    #expect(error?.message.contains(message) == true, "\(String(describing: error))")
    #expect(error?.exitStatus == .badData)
  }
}
