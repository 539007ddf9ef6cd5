extension CostModel {
  /// What steps on one node have shown.
  public struct Calibration: Hashable, Codable, Sendable {
    public var placement: Placement
    /// Medians of the parts that training measures, in seconds.
    public var compute: Double
    /// Summing and updating.
    public var reduce: Double
    public var arenaCount: Int
    public var largestCount: Int
    public var stateArenas: Int

    public init(
      placement: Placement, compute: Double, reduce: Double, arenaCount: Int, largestCount: Int = 0, stateArenas: Int
    ) {
      precondition(placement.nodes == 1, "a calibration on \(placement.nodes) nodes")
      precondition(compute > 0 && reduce > 0, "a calibration without time")
      self.placement = placement
      self.compute = compute
      self.reduce = reduce
      self.arenaCount = arenaCount
      self.largestCount = largestCount
      self.stateArenas = stateArenas
    }
  }

  /// The model that predicts exactly what was measured on one node.
  public init(_ calibration: Calibration, network: Network, exchange: Exchange) {
    let (placement, arenaBytes) = (calibration.placement, Double(calibration.arenaCount) * 4)
    let bytes = arenaBytes * Self.arenasMoved(onOneNode: placement.ranksPerNode, states: calibration.stateArenas)
    let node = Node(memoryBandwidth: bytes / calibration.reduce)
    // The lanes' gradients are added up in what was measured as computing.
    let joins = placement.joinedArenas * arenaBytes / node.memoryBandwidth
    let work = Work(
      laneSeconds: max(calibration.compute - joins, calibration.compute / 2) / Double(placement.lanesPerRank),
      arenaCount: calibration.arenaCount, largestCount: calibration.largestCount, stateArenas: calibration.stateArenas)
    self.init(work: work, node: node, network: network, exchange: exchange)
  }
}
