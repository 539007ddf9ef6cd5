import Failures
import TestSupport
import Testing

@testable import Datasets

@Suite("Texts")
struct TextTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(_ bytes: [UInt8], context: Int) throws -> TextDataset {
    try TextDataset(path: try folder.write(bytes, to: "text"), context: context)
  }

  @Test("a window begins at the last byte of the one before, and a rest too short is left out")
  func windows() throws {
    let text = try read(Array("abcdefghijk".utf8), context: 3)
    #expect(text.count == 3)
    let a = Int32(UInt8(ascii: "a"))
    #expect(text.windows([0]) == [a, a + 1, a + 2, a + 3])
    #expect(text.windows([2, 1]) == [6, 7, 8, 9, 3, 4, 5, 6].map { a + $0 })
    #expect(text.bytes.count == 10 && text.origin == folder.path + "/text")
  }

  @Test("one byte more or less than whole windows", arguments: [(5, 1), (8, 1), (9, 2), (10, 2), (12, 2), (13, 3)])
  func edges(bytes: Int, windows: Int) throws {
    #expect(try read(Array(repeating: 7, count: bytes), context: 4).count == windows)
  }

  @Test("every byte is a token, not only those of text, and compressed files are inflated")
  func allBytes() throws {
    let all = (0...255).map { UInt8($0) }
    #expect(try read(all, context: 255).windows([0]) == Array(0...255))
    #expect(try read(gzipped(all), context: 255).windows([0]) == Array(0...255))
  }

  @Test("a text shorter than one window says how long it is and what would fit")
  func tooShort() throws {
    let error = try #require(throws: DatasetError.self) { try read(Array("short".utf8), context: 64) }
    #expect(error.message == "\(folder.path)/text: holds 5 bytes, fewer than one window of 64 + 1")
    #expect(error.remedy == "Bring more text, or lower data.context to at most 4.")
    #expect(error.exitStatus == .badData)
    for bytes in [[], [7]] as [[UInt8]] {
      #expect(throws: DatasetError.self) { try read(bytes, context: 1) }
    }
  }

  @Test("a text that is not there, or a folder, is named")
  func missing() throws {
    for (path, problem) in [("/no", "cannot be opened"), ("", "is a folder, not a file")] {
      let error = try #require(throws: DatasetError.self) {
        try TextDataset(path: folder.path + path, context: 4)
      }
      #expect(error.message.hasPrefix("\(folder.path + path): \(problem)"))
      #expect(error.exitStatus == .missingInput)
    }
  }

  @Test("the fingerprint tells other windows from these, and not what no window holds")
  func fingerprint() throws {
    let one = try read(Array("abcdefgh".utf8), context: 3).fingerprint
    #expect(try read(Array("abcdefgX".utf8), context: 3).fingerprint == one, "seven bytes make two windows")
    #expect(try read(Array("abcdefXh".utf8), context: 3).fingerprint != one)
    #expect(try read(Array("abcdefg".utf8), context: 2).fingerprint != one)
  }
}
