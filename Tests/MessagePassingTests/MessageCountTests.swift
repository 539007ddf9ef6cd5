import MessagePassing
import Testing

@Suite("counts that MPI can carry")
struct MessageCountTests {
  @Test("a long buffer is cut into full pieces and a rest")
  func pieces() {
    #expect(MessageCount.pieces(of: 10, largest: 4) == [0..<4, 4..<8, 8..<10])
    #expect(MessageCount.pieces(of: 8, largest: 4) == [0..<4, 4..<8])
  }

  @Test("no piece has more elements than 32 bits count")
  func largest() {
    let count = 5_000_000_000
    let pieces = MessageCount.pieces(of: count)
    #expect(pieces.map(\.count) == [2_147_483_647, 2_147_483_647, 705_032_706])
    #expect(pieces.last?.upperBound == count)
  }

  @Test("an empty buffer is one empty piece, so that every rank still makes the call")
  func empty() {
    #expect(MessageCount.pieces(of: 0) == [0..<0])
  }
}
