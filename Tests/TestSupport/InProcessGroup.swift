import Collectives
import Failures
import Glibc
import Synchronization

/// A process group whose ranks are threads of one process: the twin of MPI for tests. Sums go in rank order.
public final class InProcessGroup: ProcessGroup {
  public let rank: Int
  public var size: Int { meeting.size }
  private let meeting: Meeting
  /// The node that each rank pretends to run on.
  private let nodes: [[Int]]
  public let shareableByteCount: Int

  private init(rank: Int, meeting: Meeting, nodes: [[Int]], shareableByteCount: Int) {
    self.rank = rank
    self.meeting = meeting
    self.nodes = nodes
    self.shareableByteCount = shareableByteCount
  }

  /// Runs `body` once per rank, each on a thread of its own, and returns the results in rank order.
  ///
  /// - Parameters:
  ///   - nodes: which ranks can share memory; all of them by default.
  ///   - shareableByteCount: how much.
  /// - Throws: The error of the lowest rank that threw one of its own; `GroupEnded` if a rank aborted.
  public static func run<Value: Sendable>(
    ranks: Int, nodes: [[Int]]? = nil, shareableByteCount: Int = .max,
    _ body: @escaping @Sendable (InProcessGroup) throws -> Value
  ) throws -> [Value] {
    precondition(ranks > 0, "a group has at least one rank, not \(ranks)")
    let meeting = Meeting(size: ranks)
    let results = ResultBoard<Value>(ranks: ranks)
    for rank in 0..<ranks {
      startThread {
        let group = InProcessGroup(
          rank: rank, meeting: meeting, nodes: nodes ?? [Array(0..<ranks)], shareableByteCount: shareableByteCount)
        let result = Result { try body(group) }
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

  public func topology() -> Topology { Topology(nodes: nodes) }

  public func shareMemory(byteCount: Int, on topology: Topology) throws -> any NodeMemory {
    let own = PrivateMemory(byteCount: byteCount)
    meeting.keep(own)
    // The ranks are threads of one process: an address is good everywhere.
    let address = Int(bitPattern: own.segments[0].baseAddress)
    let all = try allGather([address, byteCount].withUnsafeBytes { Array($0) })
    return SegmentsOfThreads(addresses: topology.neighbours(of: rank).map { all[$0] })
  }

  public func exchange(
    outgoing: [OutgoingMessage], incoming: [IncomingMessage], whileWaiting pause: () -> Void
  ) throws {
    var letter: [UInt8] = []
    for message in outgoing {
      letter += [message.destination, message.bytes.count].withUnsafeBytes { Array($0) } + Array(message.bytes)
    }
    let letters = try meeting.exchange(rank: rank, operation: "exchange", letter)
    var taken: [Int: Int] = [:]
    for message in incoming {
      let sent = Self.message(taken[message.source, default: 0], to: rank, in: letters[message.source])
      taken[message.source, default: 0] += 1
      precondition(
        sent?.count == message.bytes.count,
        "rank \(message.source) sends \(sent?.count ?? 0) bytes where rank \(rank) waits for \(message.bytes.count)")
      message.bytes.copyBytes(from: sent ?? [])
    }
  }

  /// Message `number` of those to `rank`.
  private static func message(_ number: Int, to rank: Int, in letter: [UInt8]) -> ArraySlice<UInt8>? {
    var rest = letter[...]
    var number = number
    while !rest.isEmpty {
      let header = rest.prefix(16).withUnsafeBytes { Array($0.bindMemory(to: Int.self)) }
      if header[0] == rank {
        if number == 0 { return rest.dropFirst(16).prefix(header[1]) }
        number -= 1
      }
      rest = rest.dropFirst(16 + header[1])
    }
    return nil
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

/// Memory of the threads of a node, each segment allocated by its own. The meeting keeps all of it until the group ends, so
/// that a thread which fails takes nothing from under the others.
private final class SegmentsOfThreads: NodeMemory {
  private(set) var segments: [UnsafeMutableRawBufferPointer]

  init(addresses: [[UInt8]]) {
    segments = addresses.map { bytes in
      let words = bytes.withUnsafeBytes { Array($0.bindMemory(to: Int.self)) }
      return UnsafeMutableRawBufferPointer(start: UnsafeMutableRawPointer(bitPattern: words[0]), count: words[1])
    }
  }

  func free() { segments = [] }
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
