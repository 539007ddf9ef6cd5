import Planning
import Training

/// What the cost model makes of jobs on one node, for jobs on others.
public struct ScalingPrediction: Sendable {
  private let calibration: CostModel.Calibration

  /// - Parameter base: jobs of the same kind on one node; `nil` where they ran on several, or not along the lanes' tree.
  public init?(from base: [StepMeasurement]) {
    guard let calibration = CostModel.Calibration(base) else { return nil }
    self.calibration = calibration
  }

  /// Of a step of jobs whose ranks are spread evenly over their nodes, with the network that they found between them.
  public func seconds(of jobs: [StepMeasurement]) -> Double? {
    guard let first = jobs.first, let nodes = first.nodes else { return nil }
    let placement = Placement(nodes: nodes, ranksPerNode: max(1, first.ranks / nodes), lanes: first.lanes)
    let links = jobs.compactMap(\.link)
    guard let link = links.first else { return model(nil, bandwidth: 1, latency: 0).step(on: placement).seconds }
    let model = model(
      link, bandwidth: Quartiles(of: links.map(\.bandwidth)).median, latency: Quartiles(of: links.map(\.latency)).median
    )
    return model.step(on: placement).seconds
  }

  private func model(_ link: StepMeasurement.Link?, bandwidth: Double, latency: Double) -> CostModel {
    CostModel(
      calibration, network: CostModel.Network(latency: latency, bandwidth: bandwidth),
      exchange: CostModel.Exchange(
        valueBytes: link?.valueBytes ?? 4, bucketBytes: link?.bucketBytes ?? 1 << 20, overlaps: link?.overlaps ?? false)
    )
  }
}

extension CostModel.Calibration {
  /// - Parameter jobs: alike, on one node; `nil` where they ran on several, or not along the lanes' tree.
  public init?(_ jobs: [StepMeasurement]) {
    guard let first = jobs.first, first.nodes == 1,
      let parts = StepTimes(mediansOf: jobs.flatMap { $0.steps.map(\.parts) })
    else { return nil }
    self.init(
      placement: Placement(nodes: 1, ranksPerNode: first.ranks, lanes: first.lanes), compute: parts.compute,
      reduce: parts.reduce + parts.update, arenaCount: first.arenaCount, largestCount: first.largestCount,
      stateArenas: first.stateArenas)
  }
}
