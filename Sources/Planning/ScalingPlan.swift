import FoundationEssentials
import Tables

/// What the cost model says about a list of node counts.
public struct ScalingPlan: Hashable, Sendable {
  /// One number of nodes.
  public struct Row: Hashable, Sendable, Encodable {
    public let nodes: Int
    public let ranks: Int
    public let lanes: Int
    public let batch: Int
    public let step: StepPrediction
    public let samplesPerSecond: Double
    /// Samples a second and rank, as a share of what they are on the fewest nodes.
    public let efficiency: Double

    private enum CodingKeys: String, CodingKey {
      case nodes, ranks, lanes, batch, efficiency
      case step = "seconds_by_part"
      case seconds = "median_seconds"
      case samplesPerSecond = "samples_per_second"
    }

    public func encode(to encoder: any Encoder) throws {
      var container = encoder.container(keyedBy: CodingKeys.self)
      try container.encode(nodes, forKey: .nodes)
      try container.encode(ranks, forKey: .ranks)
      try container.encode(lanes, forKey: .lanes)
      try container.encode(batch, forKey: .batch)
      try container.encode(step, forKey: .step)
      try container.encode(step.seconds, forKey: .seconds)
      try container.encode(samplesPerSecond, forKey: .samplesPerSecond)
      try container.encode(efficiency, forKey: .efficiency)
    }
  }

  public let rows: [Row]

  /// - Parameter jobs: where steps run and of how many samples they are, from the fewest nodes on.
  public init(_ jobs: [(placement: Placement, batch: Int)], model: (Placement) -> CostModel) {
    var base: Double?
    rows = jobs.map { placement, batch in
      let step = model(placement).step(on: placement)
      let rate = Double(batch) / step.seconds
      let perRank = rate / Double(placement.ranks)
      base = base ?? perRank
      return Row(
        nodes: placement.nodes, ranks: placement.ranks, lanes: placement.lanes, batch: batch, step: step,
        samplesPerSecond: rate, efficiency: perRank / (base ?? perRank))
    }
  }

  /// JSON with one object for each number of nodes, keys in alphabetical order.
  public var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(["predictions": rows]), as: UTF8.self)
    }
  }

  /// A table for people.
  public var text: String {
    let header = [
      "nodes", "ranks", "batch", "step", "compute", "wait", "reduce", "update", "samples/s", "efficiency",
    ]
    return aligned([header] + rows.map(\.cells), firstNumber: 0)
  }
}

extension ScalingPlan.Row {
  fileprivate var cells: [String] {
    [
      "\(nodes)", "\(ranks)", "\(batch)", step.seconds.briefDuration, step.compute.briefDuration,
      step.wait.briefDuration,
      step.reduce.briefDuration, step.update.briefDuration, samplesPerSecond.short, efficiency.percent,
    ]
  }
}
