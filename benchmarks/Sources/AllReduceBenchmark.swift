import Collectives
import Tables
import TensorCore

/// Times the ways to sum an array over ranks, in turn: many short blocks of each, for every size.
///
/// Every rank makes one and calls `report`. A block begins with a barrier; its time is the slowest rank's. How many calls
/// make a block, and how many rounds a size gets, rank 0 decides for all.
public struct AllReduceBenchmark {
  public struct Options: Sendable {
    /// Of the arrays.
    public var sizes: [ByteSize]
    public var algorithms: [AllReduceAlgorithm]
    public var rounds: Int
    /// The most ranks that share memory; `nil`: all of a machine.
    public var ranksPerNode: Int?
    /// What a block should take; one call may take longer.
    public var blockSeconds = 0.01
    /// After which a size gets no more rounds, but `fewestRounds`.
    public var secondsPerSize = 10.0

    public static let fewestRounds = 5
    public static let defaultSizes =
      stride(from: 10, through: 28, by: 2).map { ByteSize(1 << $0) } + [ByteSize(1 << 29)]

    public init(
      sizes: [ByteSize] = defaultSizes, algorithms: [AllReduceAlgorithm] = AllReduceAlgorithm.allCases,
      rounds: Int = 31,
      ranksPerNode: Int? = nil
    ) {
      self.sizes = sizes
      self.algorithms = algorithms
      self.rounds = rounds
      self.ranksPerNode = ranksPerNode
    }
  }

  private let options: Options
  private let group: any ProcessGroup
  private let backend: Backend
  private let topology: Topology
  private let bucketByteCount: Int?
  private let now: () -> Double

  public init(_ options: Options, on group: any ProcessGroup, backend: Backend) throws {
    self.options = options
    self.group = group
    self.backend = backend
    var topology = try group.topology()
    if let limit = options.ranksPerNode { topology = topology.cut(atMost: limit) }
    self.topology = topology
    bucketByteCount = topology.nodes.count > 1 ? try group.bucketByteCount(on: topology) : nil
    now = Stopwatch.systemClock()
  }

  /// Measures every size.
  ///
  /// - Parameter note: told of each size on rank 0, before it is measured or where it is left out.
  public func report(note: (String) -> Void) throws -> AllReduceReport {
    var rows: [AllReduceReport.Row] = []
    for size in options.sizes {
      guard try hasRoom(for: size) else {
        note("\(size): left out, shared memory is too small: enlarge /dev/shm (containers: --shm-size)")
        continue
      }
      note("\(size)")
      rows.append(try row(of: size))
    }
    return AllReduceReport(
      processor: Processor.name, instructionSet: backend.kernels.instructionSet, threads: backend.threads.size,
      ranks: group.size, nodes: topology.nodes.count, bucket: bucketByteCount.map(ByteSize.init), rows: rows)
  }

  /// Without other nodes nothing travels that could be rounded.
  private var algorithms: [AllReduceAlgorithm] {
    options.algorithms.filter { $0 != .canonicalBF16 || topology.nodes.count > 1 }
  }

  private func hasRoom(for size: ByteSize) throws -> Bool {
    let node = topology.node(of: group.rank)
    let needed =
      topology.nodes[node].count > 1
      ? AllReduce.sharedByteCount(count: size.floats, topology: topology, node: node) * canonicalCount : 0
    return try group.greatest(needed > group.shareableByteCount ? 1 : 0) == 0
  }

  private var canonicalCount: Int { algorithms.count { $0 != .mpi } }

  private func row(of size: ByteSize) throws -> AllReduceReport.Row {
    let contestants = try algorithms.map { try make($0, count: size.floats) }
    for contestant in contestants { try contestant.verify(on: group) }
    let calls = try contestants.map(callsPerBlock)
    var seconds = [[Double]](repeating: [], count: contestants.count)
    let begin = now()
    for round in 0..<options.rounds {
      let isOver = round >= Options.fewestRounds && now() - begin > options.secondsPerSize
      guard try group.broadcast(isOver ? 1 : 0, from: 0) == 0 else { break }
      let turns = Array(contestants.indices)
      for index in round.isMultiple(of: 2) ? turns : turns.reversed() {
        seconds[index].append(try blockSeconds(contestants[index], calls: calls[index]) / Double(calls[index]))
      }
    }
    for contestant in contestants { try contestant.free() }
    return AllReduceReport.Row(
      size: size, timings: contestants.indices.map { .init(contestants[$0].algorithm, calls: calls[$0], seconds[$0]) })
  }

  private func make(_ algorithm: AllReduceAlgorithm, count: Int) throws -> AllReduce {
    guard algorithm != .mpi else { return .mpi(count: count, on: group) }
    return try .canonical(
      count: count, precision: algorithm == .canonicalBF16 ? .bfloat16 : .float32, bucketByteCount: bucketByteCount,
      topology: topology, on: group, backend: backend)
  }

  /// As many calls as rank 0 finds to fill a block.
  private func callsPerBlock(of contestant: AllReduce) throws -> Int {
    var calls = 1
    while true {
      let seconds = try blockSeconds(contestant, calls: calls)
      let wanted =
        seconds >= options.blockSeconds / 4
        ? max(1, Int((Double(calls) * options.blockSeconds / seconds).rounded())) : 0
      let agreed = try group.broadcast(wanted, from: 0)
      if agreed > 0 { return agreed }
      calls *= 2
    }
  }

  /// Of the slowest rank.
  private func blockSeconds(_ contestant: AllReduce, calls: Int) throws -> Double {
    // The other's block has left its own data in the caches. That is no matter to a call as long as a block.
    if calls > 1 { try contestant.run() }
    try group.barrier()
    let begin = now()
    for _ in 0..<calls { try contestant.run() }
    return try group.greatest(now() - begin)
  }
}

extension ByteSize {
  /// How many fit.
  fileprivate var floats: Int { bytes / MemoryLayout<Float>.stride }
}
