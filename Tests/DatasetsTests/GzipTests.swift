import Failures
import Testing

@testable import Datasets

@Suite("Gzip")
struct GzipTests {
  static let content = (0..<1000).flatMap { Array("line \($0)\n".utf8) }

  private func inflate(_ bytes: [UInt8], limit: Int = 1 << 20) throws -> [UInt8] {
    try Gzip.inflate(bytes, path: "a.gz", limit: limit)
  }

  @Test("inflates what was deflated, a member alone or several in a row, empty ones too")
  func roundTrip() throws {
    let member = gzipped(Self.content)
    #expect(member.count < Self.content.count / 2)
    #expect(try inflate(member) == Self.content)
    #expect(try inflate(member + gzipped([]) + member) == Self.content + Self.content)
    #expect(try inflate(gzipped([])) == [])
  }

  @Test("larger than the working buffer")
  func large() throws {
    let content = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 5) }
    #expect(try inflate(gzipped(content)) == content)
  }

  @Test("a stream that ends too early is an error at its end", arguments: [2, 9, 12, 500])
  func truncated(count: Int) throws {
    let error = try #require(throws: DatasetError.self) { try inflate(Array(gzipped(Self.content)[..<count])) }
    #expect(error.message == "a.gz: byte \(count): the gzip stream ends too early")
    #expect(error.exitStatus == .badData)
  }

  @Test("a flipped bit is an error, in the header, the stream, or the checksum")
  func corrupt() throws {
    let member = gzipped(Self.content)
    for byte in [2, 20, member.count / 2, member.count - 7] {
      var bytes = member
      bytes[byte] ^= 0x40
      let error = try #require(throws: DatasetError.self) { try inflate(bytes) }
      #expect(error.message.contains("the gzip stream"))
      #expect(error.exitStatus == .badData)
    }
  }

  @Test("what follows the last member must be gzip")
  func trailing() throws {
    let error = try #require(throws: DatasetError.self) { try inflate(gzipped(Self.content) + [1, 2, 3]) }
    #expect(error.message.contains("corrupt: incorrect header check"))
  }

  @Test("a bomb stops at the limit")
  func bomb() throws {
    let bomb = gzipped([UInt8](repeating: 0, count: 3_000_000))
    #expect(bomb.count < 4000)
    let error = try #require(throws: DatasetError.self) { try inflate(bomb, limit: 1_000_000) }
    #expect(error.message == "a.gz: inflates to more than 1000000 bytes")
    #expect(error.exitStatus == .badData)
    #expect(try inflate(bomb, limit: 3_000_000).count == 3_000_000)
  }
}
