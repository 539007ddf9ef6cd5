import FoundationEssentials
import KernelInterface
import Tables

/// What `AllReduceBenchmark` found: times of every algorithm for every size, and how they compare within a round.
public struct AllReduceReport: Equatable, Sendable {
  public struct Timing: Equatable, Sendable {
    public let algorithm: AllReduceAlgorithm
    /// Calls in a block.
    public let calls: Int
    /// Of one call, in every round.
    public let rounds: [Double]

    public init(_ algorithm: AllReduceAlgorithm, calls: Int, _ rounds: [Double]) {
      self.algorithm = algorithm
      self.calls = calls
      self.rounds = rounds
    }

    public var seconds: Quartiles { Quartiles(of: rounds) }
  }

  public struct Row: Equatable, Sendable {
    public let size: ByteSize
    public let timings: [Timing]

    public init(size: ByteSize, timings: [Timing]) {
      self.size = size
      self.timings = timings
    }

    /// How many times as long MPI takes, round by round; `nil` where one of both was not measured.
    public func ratio(to algorithm: AllReduceAlgorithm) -> Quartiles? {
      guard algorithm != .mpi, let mpi = timing(.mpi), let other = timing(algorithm) else { return nil }
      return Quartiles(of: zip(mpi.rounds, other.rounds).map { $0 / $1 })
    }

    func timing(_ algorithm: AllReduceAlgorithm) -> Timing? { timings.first { $0.algorithm == algorithm } }
  }

  public let processor: String
  public let instructionSet: InstructionSet
  public let threads: Int
  public let ranks: Int
  public let nodes: Int
  /// What goes between nodes at a time; `nil` on one.
  public let bucket: ByteSize?
  public let rows: [Row]

  public init(
    processor: String, instructionSet: InstructionSet, threads: Int, ranks: Int, nodes: Int, bucket: ByteSize?,
    rows: [Row]
  ) {
    self.processor = processor
    self.instructionSet = instructionSet
    self.threads = threads
    self.ranks = ranks
    self.nodes = nodes
    self.bucket = bucket
    self.rows = rows
  }
}

// MARK: - Text

extension AllReduceReport {
  /// A table for people: one line for each size. GB/s are the array's bytes by the time of a call.
  public var text: String {
    let algorithms = rows.first?.timings.map(\.algorithm) ?? []
    let compared = algorithms.contains(.mpi) ? algorithms.filter { $0 != .mpi } : []
    let header =
      ["size"] + algorithms.flatMap { [$0.rawValue, "GB/s"] }
      + compared.flatMap { ["mpi/\($0.rawValue)", "quartiles"] }
    return heading + "\n\n" + aligned([header] + rows.map { $0.cells(compared) }, firstNumber: 1)
  }

  private var heading: String {
    let bucket = bucket.map { ", buckets of \($0)" } ?? ""
    return """
      \(processor), \(instructionSet.rawValue), \(ranks) ranks x \(threads) \(threads == 1 ? "thread" : "threads"), \
      \(nodes) \(nodes == 1 ? "node" : "nodes")\(bucket)
      """
  }
}

extension AllReduceReport.Row {
  fileprivate func cells(_ compared: [AllReduceAlgorithm]) -> [String] {
    let times = timings.flatMap { timing in
      [timing.seconds.median.duration, (Double(size.bytes) / timing.seconds.median / 1e9).fixed(2)]
    }
    let ratios = compared.flatMap { algorithm in
      ratio(to: algorithm).map { [$0.median.fixed(2), "\($0.lower.fixed(2)) to \($0.upper.fixed(2))"] } ?? ["", ""]
    }
    return [size.description] + times + ratios
  }
}

// MARK: - JSON

extension AllReduceReport: Encodable {
  /// JSON with one object for each size and algorithm, keys in alphabetical order.
  public var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }

  private enum CodingKeys: String, CodingKey {
    case processor, threads, ranks, nodes, measurements
    case instructionSet = "instruction_set"
    case bucket = "bucket_bytes"
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(processor, forKey: .processor)
    try container.encode(instructionSet.rawValue, forKey: .instructionSet)
    try container.encode(threads, forKey: .threads)
    try container.encode(ranks, forKey: .ranks)
    try container.encode(nodes, forKey: .nodes)
    try container.encodeIfPresent(bucket?.bytes, forKey: .bucket)
    try container.encode(rows.flatMap { row in row.timings.map { EncodedTiming(row, $0) } }, forKey: .measurements)
  }
}

private struct EncodedTiming: Encodable {
  let family = "allreduce"
  let name: String
  let algorithm: String
  let bytes: Int
  let calls: Int
  let rounds: Int
  let median: Double
  let lower: Double
  let upper: Double
  let bandwidth: Double
  let ratio: EncodedQuartiles?

  init(_ row: AllReduceReport.Row, _ timing: AllReduceReport.Timing) {
    name = "\(timing.algorithm.rawValue) \(row.size)"
    algorithm = timing.algorithm.rawValue
    bytes = row.size.bytes
    calls = timing.calls
    rounds = timing.rounds.count
    (median, lower, upper) = (timing.seconds.median, timing.seconds.lower, timing.seconds.upper)
    bandwidth = Double(row.size.bytes) / median
    ratio = row.ratio(to: timing.algorithm).map(EncodedQuartiles.init)
  }

  private enum CodingKeys: String, CodingKey {
    case family, name, algorithm, bytes, rounds
    case calls = "calls_per_block"
    case median = "median_seconds"
    case lower = "lower_quartile_seconds"
    case upper = "upper_quartile_seconds"
    case bandwidth = "bytes_per_second"
    case ratio = "mpi_seconds_ratio"
  }
}

/// Quartiles of ratios as an object of three numbers.
struct EncodedQuartiles: Encodable {
  let median: Double
  let lower: Double
  let upper: Double

  init(_ quartiles: Quartiles) { (median, lower, upper) = (quartiles.median, quartiles.lower, quartiles.upper) }

  private enum CodingKeys: String, CodingKey {
    case median
    case lower = "lower_quartile"
    case upper = "upper_quartile"
  }
}
