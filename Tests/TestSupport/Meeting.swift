import Collectives
import Failures

/// The place where the threads of an `InProcessGroup` meet: each brings bytes and takes everybody's.
///
/// Unchecked: every property is read and written under `condition` alone.
final class Meeting: @unchecked Sendable {
  let size: Int
  private let condition = ThreadCondition()
  private var round = 0
  private var brought: [[UInt8]?]
  private var operations: [String]
  /// What the ranks brought to the last complete round. It stays until every rank has come to the next one.
  private var complete: [[UInt8]] = []
  private var departed: Set<Int> = []
  private var errors: [Int: any Error] = [:]
  private var end: GroupEnded?
  private var kept: [AnyObject] = []

  init(size: Int) {
    self.size = size
    self.brought = Array(repeating: nil, count: size)
    self.operations = Array(repeating: "", count: size)
  }

  /// Returns, when every rank has come, what each has brought, in rank order.
  func exchange(rank: Int, operation: String, _ bytes: [UInt8]) throws -> [[UInt8]] {
    try condition.locked {
      brought[rank] = bytes
      operations[rank] = operation
      let ownRound = round
      if brought.allSatisfy({ $0 != nil }) { finishRound() }
      while round == ownRound {
        try throwIfIncomplete(waiting: rank)
        condition.wait()
      }
      return complete
    }
  }

  /// Keeps an object until the group is gone.
  func keep(_ object: AnyObject) { condition.locked { kept.append(object) } }

  /// Tells that `rank` comes to no further round.
  func leave(rank: Int, error: (any Error)?) {
    condition.locked {
      departed.insert(rank)
      errors[rank] = error
      condition.wakeAll()
    }
  }

  /// Ends the group for all ranks; the first end counts.
  func end(_ end: GroupEnded) {
    condition.locked {
      self.end = self.end ?? end
      condition.wakeAll()
    }
  }

  /// Returns when all ranks have left; throws the lowest rank's own error, or the group's end.
  func waitForAll() throws {
    try condition.locked {
      while departed.count < size && end == nil { condition.wait() }
      if let end { throw end }
      let inRankOrder = errors.sorted { $0.key < $1.key }.map(\.value)
      if let error = inRankOrder.first(where: { !($0 is FailedElsewhere) }) ?? inRankOrder.first { throw error }
    }
  }

  private func finishRound() {
    precondition(Set(operations).count == 1, "the ranks call different collectives: \(operations)")
    complete = brought.compactMap { $0 }
    brought = Array(repeating: nil, count: size)
    round += 1
    condition.wakeAll()
  }

  /// A rank that has left never comes: waiting for it would last for ever.
  private func throwIfIncomplete(waiting rank: Int) throws {
    if let end { throw FailedElsewhere(rank: end.rank, exitStatus: end.exitStatus) }
    guard let gone = departed.min() else { return }
    precondition(
      errors[gone] != nil, "rank \(gone) returned while rank \(rank) waits for it in \(operations[rank])")
    throw FailedElsewhere(rank: gone, exitStatus: (errors[gone] as? any UserFacingError)?.exitStatus ?? .internalError)
  }
}
