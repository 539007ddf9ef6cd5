import FoundationEssentials
import Tables
import Training

/// How a configuration's training step scales over ranks: what `revoada bench scaling` found.
public struct ScalingReport: Sendable {
  public enum Mode: String, CaseIterable, Sendable, Encodable {
    /// The batch grows with the ranks: every rank has as much to do as one alone.
    case weak
    /// One batch is shared out.
    case strong
  }

  /// One number of ranks.
  public struct Row: Sendable {
    public let mode: Mode
    /// One job in every round.
    public let rounds: [StepMeasurement]
    /// What the cost model says, in seconds; `nil` for the row that it was calibrated on.
    public let predicted: Double?

    public init(mode: Mode, rounds: [StepMeasurement], predicted: Double? = nil) {
      precondition(!rounds.isEmpty, "a row without a job")
      self.mode = mode
      self.rounds = rounds
      self.predicted = predicted
    }

    public var ranks: Int { rounds[0].ranks }
    public var nodes: Int { rounds[0].nodes ?? 1 }
    public var seconds: Quartiles { Quartiles(of: rounds.map(\.medianSeconds)) }
    public var samplesPerSecond: Double { Double(rounds[0].batch) / seconds.median }

    /// The median of each part over all steps of all rounds.
    public var parts: StepTimes {
      StepTimes(mediansOf: rounds.flatMap { $0.steps.map(\.parts) }) ?? StepTimes()
    }

    /// Samples a second and rank, as a share of what `base` does in the same round.
    public func efficiency(from base: Row) -> Quartiles {
      Quartiles(
        of: zip(base.rounds, rounds).map { base, own in
          own.samplesPerSecond / Double(own.ranks) / (base.samplesPerSecond / Double(base.ranks))
        })
    }
  }

  public let processor: String
  public let configuration: String
  public let rows: [Row]

  public init(processor: String, configuration: String, rows: [Row]) {
    self.processor = processor
    self.configuration = configuration
    self.rows = rows
  }

  public func rows(_ mode: Mode) -> [Row] { rows.filter { $0.mode == mode }.sorted { $0.ranks < $1.ranks } }

  /// The row that the others of its kind are compared with: that of the fewest ranks.
  func base(_ mode: Mode) -> Row? { rows(mode).first }
}

// MARK: - Text

extension ScalingReport {
  /// For people: a table for each mode.
  public var text: String {
    let first = rows.first?.rounds[0]
    let heading = "\(configuration): \(first?.model ?? "")\n\(processor), \(first?.algorithm ?? "")"
    return ([heading] + Mode.allCases.filter { !rows($0).isEmpty }.map(table)).joined(separator: "\n\n")
  }

  private func table(_ mode: Mode) -> String {
    let rows = rows(mode)
    let first = rows[0].rounds[0]
    let what = mode == .weak ? "\(first.batch / first.ranks) samples a rank" : "\(first.batch) samples in all"
    let header = [
      "ranks", "nodes", "step", "compute", "wait", "reduce", "update", "samples/s", "efficiency", "quartiles",
      "predicted", "off by",
    ]
    let title =
      "\(mode.rawValue) scaling, \(what), \(first.lanes == first.ranks ? "a lane a rank" : "\(first.lanes) lanes")"
    return title + "\n" + aligned([header] + rows.map { $0.cells(base: rows[0]) }, firstNumber: 0)
  }
}

extension ScalingReport.Row {
  fileprivate func cells(base: ScalingReport.Row) -> [String] {
    let efficiency = efficiency(from: base)
    let spread = "\((efficiency.lower * 100).fixed(1)) to \((efficiency.upper * 100).fixed(1))"
    let prediction = predicted.map { [$0.briefDuration, ($0 / seconds.median - 1).signedPercent] } ?? ["", ""]
    return [
      "\(ranks)", "\(nodes)", seconds.median.briefDuration, parts.compute.briefDuration, parts.wait.briefDuration,
      parts.reduce.briefDuration, parts.update.briefDuration, samplesPerSecond.short, efficiency.median.percent, spread,
    ] + prediction
  }
}

extension Double {
  /// `+3.1%` for 0.031.
  fileprivate var signedPercent: String { (self > 0 ? "+" : "") + percent }
}

// MARK: - JSON

extension ScalingReport: Encodable {
  /// JSON with one object for each number of ranks, keys in alphabetical order.
  public var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }

  private enum CodingKeys: String, CodingKey { case processor, configuration, measurements }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(processor, forKey: .processor)
    try container.encode(configuration, forKey: .configuration)
    let encoded = Mode.allCases.flatMap { mode in rows(mode).map { EncodedRow($0, base: rows(mode)[0]) } }
    try container.encode(encoded, forKey: .measurements)
  }
}

private struct EncodedRow: Encodable {
  let mode: String
  let ranks: Int
  let nodes: Int
  let lanes: Int
  let batch: Int
  let rounds: Int
  let median: Double
  let lower: Double
  let upper: Double
  let parts: StepTimes
  let samplesPerSecond: Double
  let efficiency: EncodedQuartiles
  let predicted: Double?
  let peakResidentBytes: [Int]

  init(_ row: ScalingReport.Row, base: ScalingReport.Row) {
    let first = row.rounds[0]
    mode = row.mode.rawValue
    (ranks, nodes, lanes, batch, rounds) = (row.ranks, row.nodes, first.lanes, first.batch, row.rounds.count)
    (median, lower, upper) = (row.seconds.median, row.seconds.lower, row.seconds.upper)
    parts = row.parts
    samplesPerSecond = row.samplesPerSecond
    efficiency = EncodedQuartiles(row.efficiency(from: base))
    predicted = row.predicted
    peakResidentBytes = first.peakResidentBytes
  }

  private enum CodingKeys: String, CodingKey {
    case mode, ranks, nodes, lanes, batch, rounds, efficiency
    case median = "median_seconds"
    case lower = "lower_quartile_seconds"
    case upper = "upper_quartile_seconds"
    case parts = "median_seconds_by_part"
    case samplesPerSecond = "samples_per_second"
    case predicted = "predicted_seconds"
    case peakResidentBytes = "peak_resident_bytes"
  }
}
