import Inference
import Testing
import Tokenizers

@Suite("A text that is generated")
struct GeneratedTextTests {
  /// What is told after each of the bytes, and what is left at the end.
  private static func told(_ bytes: [UInt8], stops: [String] = []) -> (pieces: [String], rest: String, stopped: Bool) {
    var text = GeneratedText(after: [65], ByteTokenizer(), stoppingAt: stops.map { Array($0.utf8) })
    var pieces: [String] = []
    for byte in bytes {
      let (piece, goesOn) = text.append(Int32(byte))
      pieces.append(String(decoding: piece, as: UTF8.self))
      if !goesOn { return (pieces, String(decoding: text.rest, as: UTF8.self), true) }
    }
    return (pieces, String(decoding: text.rest, as: UTF8.self), false)
  }

  @Test("is told character by character, never half a character")
  func characters() {
    let told = Self.told(Array("é🐦x".utf8))
    #expect(told.pieces == ["", "é", "", "", "", "🐦", "x"])
    #expect(told.rest == "")
  }

  @Test("an unfinished character is left at the end, and bytes that are no UTF-8 are handed on")
  func unfinished() {
    #expect(Self.told([0x61, 0xC3]).pieces == ["a", ""])
    #expect(Self.told([0x61, 0xC3]).rest == "\u{FFFD}")
    #expect(Self.told([0x80, 0x80]).pieces == ["\u{FFFD}", "\u{FFFD}"])
  }

  @Test("ends in front of a text to stop at, whose beginning is held back")
  func stopping() {
    let told = Self.told(Array("one. Two".utf8), stops: [". T", "zzz"])
    #expect(told.pieces == ["o", "n", "e", "", "", ""] && told.rest == "" && told.stopped)
    let near = Self.told(Array("one. To".utf8), stops: [". Tw"])
    #expect(near.pieces == ["o", "n", "e", "", "", "", ". To"] && !near.stopped)
    #expect(Self.told(Array("end.".utf8), stops: [". "]).rest == ".")
  }
}
