import Collectives
import Failures
import Glibc
import Synchronization

/// A process group whose ranks are threads of one process: the twin of MPI for tests. Sums go in rank order.
public final class InProcessGroup: ProcessGroup {
  public let rank: Int
  public var size: Int { meeting.size }
  private let meeting: Meeting

  private init(rank: Int, meeting: Meeting) {
    self.rank = rank
    self.meeting = meeting
  }

  /// Runs `body` once per rank, each on a thread of its own, and returns the results in rank order.
  ///
  /// - Throws: The error of the lowest rank that threw one of its own; `GroupEnded` if a rank aborted.
  public static func run<Value: Sendable>(
    ranks: Int, _ body: @escaping @Sendable (InProcessGroup) throws -> Value
  ) throws -> [Value] {
    precondition(ranks > 0, "a group has at least one rank, not \(ranks)")
    let meeting = Meeting(size: ranks)
    let results = ResultBoard<Value>(ranks: ranks)
    for rank in 0..<ranks {
      startThread {
        let result = Result { try body(InProcessGroup(rank: rank, meeting: meeting)) }
        results.set(result, rank: rank)
        meeting.leave(rank: rank, error: result.failure)
      }
    }
    try meeting.waitForAll()
    return try results.values()
  }

  public func allReduceSum(_ values: UnsafeMutableBufferPointer<Float>) throws {
    let all = try meeting.exchange(rank: rank, operation: "allReduceSum(Float)", Array(UnsafeRawBufferPointer(values)))
    sumInRankOrder(all, into: values)
  }

  public func allReduceSum(_ values: inout [Double]) throws {
    let bytes = values.withUnsafeBytes { Array($0) }
    let all = try meeting.exchange(rank: rank, operation: "allReduceSum(Double)", bytes)
    values.withUnsafeMutableBufferPointer { sumInRankOrder(all, into: $0) }
  }

  public func broadcast(_ bytes: inout [UInt8], from root: Int) throws {
    bytes = try meeting.exchange(rank: rank, operation: "broadcast from \(root)", bytes)[root]
  }

  public func allGather(_ bytes: [UInt8]) throws -> [[UInt8]] {
    try meeting.exchange(rank: rank, operation: "allGather", bytes)
  }

  public func barrier() throws {
    _ = try meeting.exchange(rank: rank, operation: "barrier", [])
  }

  /// Ends the group: `run` throws `GroupEnded`. This rank's thread is parked for the rest of the process's life, as
  /// there is no process to end.
  public func abort(_ status: ExitStatus) -> Never {
    meeting.end(GroupEnded(rank: rank, exitStatus: status))
    while true { pause() }
  }

  private func sumInRankOrder<Element: BinaryFloatingPoint & BitwiseCopyable>(
    _ all: [[UInt8]], into values: UnsafeMutableBufferPointer<Element>
  ) {
    for (rank, bytes) in all.enumerated() {
      precondition(
        bytes.count == values.count * MemoryLayout<Element>.stride,
        "rank \(rank) sums \(bytes.count) bytes where rank \(self.rank) sums \(values.count) elements")
      bytes.withUnsafeBytes { bytes in
        for (i, value) in bytes.bindMemory(to: Element.self).enumerated() {
          values[i] = rank == 0 ? value : values[i] + value
        }
      }
    }
  }
}

/// A rank called `abort`.
public struct GroupEnded: Error, Equatable {
  public let rank: Int
  public let exitStatus: ExitStatus

  public init(rank: Int, exitStatus: ExitStatus) {
    self.rank = rank
    self.exitStatus = exitStatus
  }
}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
}

/// Where the threads leave their results.
private final class ResultBoard<Value: Sendable>: Sendable {
  private let results: Mutex<[Result<Value, any Error>?]>

  init(ranks: Int) { results = Mutex(Array(repeating: nil, count: ranks)) }

  func set(_ result: Result<Value, any Error>, rank: Int) {
    results.withLock { $0[rank] = result }
  }

  /// To be called when all ranks have left.
  func values() throws -> [Value] {
    try results.withLock { try $0.compactMap { try $0?.get() } }
  }
}
