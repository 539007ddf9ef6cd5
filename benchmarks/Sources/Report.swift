import FoundationEssentials
import KernelInterface
import TensorCore

/// The outcome of one run of the benchmarks: what was measured, on what, and the machine's own limits in the same run.
public struct Report: Equatable, Sendable {
  public let processor: String
  public let instructionSet: InstructionSet
  public let threads: Int
  public let rounds: Int
  public let measurements: [Measurement]
  public let peaks: [Measurement]

  init(
    processor: String, instructionSet: InstructionSet, threads: Int, rounds: Int, measurements: [Measurement],
    peaks: [Measurement]
  ) {
    self.processor = processor
    self.instructionSet = instructionSet
    self.threads = threads
    self.rounds = rounds
    self.measurements = measurements
    self.peaks = peaks
  }

  /// Measures `workloads`, and the peaks they are held against, in alternation.
  public init(
    measuring workloads: [Workload], on backend: Backend, in alternation: Alternation,
    progress: (Int) -> Void = { _ in }
  ) {
    let peaks = Peaks.needed(by: workloads, on: backend)
    let seconds = alternation.seconds(of: workloads + peaks, progress: progress)
    let peakSeconds = Array(zip(peaks, seconds[workloads.count...])).map { (workload: $0, seconds: $1) }
    self.init(
      processor: Processor.name, instructionSet: backend.kernels.instructionSet, threads: backend.threads.size,
      rounds: alternation.rounds,
      measurements: zip(workloads, seconds).map { Measurement($0, seconds: $1, peaks: peakSeconds) },
      peaks: peakSeconds.map { Measurement($0.workload, seconds: $0.seconds, peaks: []) })
  }

  /// JSON with one object for each measurement, keys in alphabetical order.
  public var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }
}

extension Report: Encodable {
  private enum CodingKeys: String, CodingKey {
    case processor, threads, rounds, measurements, peaks
    case instructionSet = "instruction_set"
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(processor, forKey: .processor)
    try container.encode(instructionSet.rawValue, forKey: .instructionSet)
    try container.encode(threads, forKey: .threads)
    try container.encode(rounds, forKey: .rounds)
    try container.encode(measurements, forKey: .measurements)
    try container.encode(peaks, forKey: .peaks)
  }
}

extension Measurement: Encodable {
  private enum CodingKeys: String, CodingKey {
    case family, name, parameters
    case median = "median_seconds"
    case lower = "lower_quartile_seconds"
    case upper = "upper_quartile_seconds"
    case gflops = "gflop_per_second"
    case gigabytes = "gigabytes_per_second"
    case shareOfPeak = "share_of_peak"
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(family, forKey: .family)
    try container.encode(name, forKey: .name)
    try container.encode(parameters, forKey: .parameters)
    try container.encode(seconds.median, forKey: .median)
    try container.encode(seconds.lower, forKey: .lower)
    try container.encode(seconds.upper, forKey: .upper)
    switch work {
    case .operations: try container.encodeIfPresent(rate.map { $0 / 1e9 }, forKey: .gflops)
    case .bytes: try container.encodeIfPresent(rate.map { $0 / 1e9 }, forKey: .gigabytes)
    case .latency: break
    }
    try container.encodeIfPresent(shareOfPeak, forKey: .shareOfPeak)
  }
}
