import Synchronization

/// The meeting place of the ranks of a node, and what they tell each other there: one cache line and a few words for each
/// rank, at the beginning of its segment of the node's memory.
///
/// `@unchecked Sendable`: all that is shared are atomics in memory that the owner keeps until nobody uses the barrier. Two
/// threads of a rank may use it at a time, for different things: one meets, the other reads or tells what is complete.
final class NodeBarrier: @unchecked Sendable {
  /// What a segment has in front of everything else.
  static let byteCount = 4 * 64

  /// One line each, so that a rank that looks at one is not disturbed by writes to another.
  private enum Line: Int, CaseIterable {
    /// How often the rank has come.
    case arrivals
    /// Of how many buckets, over all steps, it has completed the gradients.
    case completed
    /// What it has to tell: see `tell`.
    case word
  }

  private let lines: [UnsafeMutableRawPointer]
  private let ownPlace: Int
  private var visits = 0

  /// - Parameters:
  ///   - segments: one for each rank of the node. The caller lets all ranks of the node meet in another way after all have
  ///     made their barriers.
  ///   - ownPlace: this rank's among them.
  init(segments: [UnsafeMutableRawBufferPointer], ownPlace: Int) {
    lines = segments.map { segment in
      guard let base = segment.baseAddress, segment.count >= Self.byteCount else {
        preconditionFailure("a segment of \(segment.count) bytes has no room for a barrier")
      }
      return base
    }
    self.ownPlace = ownPlace
    for line in Line.allCases { store(0, in: line) }
  }

  /// Returns when every rank of the node has come as often as this one; then each sees what any wrote before.
  func meet() {
    visits += 1
    store(visits, in: .arrivals)
    for place in lines.indices where place != ownPlace { wait { self.load(.arrivals, of: place) >= self.visits } }
  }

  /// Tells the others that this rank's gradients of one more bucket are complete.
  func completeBucket() { store(load(.completed, of: ownPlace) + 1, in: .completed) }

  /// Whether every rank of the node has completed at least `count` buckets since the beginning.
  func haveAllCompleted(_ count: Int) -> Bool { lines.indices.allSatisfy { load(.completed, of: $0) >= count } }

  /// Leaves a word for the others, who read it with `word(of:)` after the next meeting.
  func tell(_ word: Int) { store(word, in: .word) }

  func word(of place: Int) -> Int { load(.word, of: place) }

  private func atomic(_ line: Line, of place: Int) -> UnsafeMutablePointer<Atomic<Int>> {
    (lines[place] + 64 * line.rawValue).assumingMemoryBound(to: Atomic<Int>.self)
  }

  private func load(_ line: Line, of place: Int) -> Int { atomic(line, of: place).pointee.load(ordering: .acquiring) }

  private func store(_ value: Int, in line: Line) {
    atomic(line, of: ownPlace).pointee.store(value, ordering: .releasing)
  }

  private func wait(until condition: () -> Bool) {
    for _ in 0..<1_000 where condition() { return }
    var patience = Patience()
    while !condition() { patience.pause() }
  }
}
