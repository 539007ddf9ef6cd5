/// What a training step costs on a number of nodes: sums of measured times and of bytes over bandwidths. The formulas are
/// explained in docs/cost-model.md, whose symbols the comments use.
///
///     let model = CostModel(work: work, node: node, network: network, exchange: exchange)
///     model.step(on: Placement(nodes: 16, ranksPerNode: 8, lanes: 128)).seconds
public struct CostModel: Hashable, Codable, Sendable {
  /// The training.
  public struct Work: Hashable, Codable, Sendable {
    /// Forward and backward pass of one lane on one rank, while its node's other ranks do the same (c).
    public var laneSeconds: Double
    /// The backward pass's share of them (b).
    public var backwardShare: Double
    /// Floats of the gradients (A).
    public var arenaCount: Int
    /// Floats of the largest parameter (G): its gradient gets complete all at once.
    public var largestCount: Int
    /// Arenas of optimizer state (s): Adam's are two.
    public var stateArenas: Int

    public init(
      laneSeconds: Double, backwardShare: Double = 2.0 / 3, arenaCount: Int, largestCount: Int = 0, stateArenas: Int
    ) {
      self.laneSeconds = laneSeconds
      self.backwardShare = backwardShare
      self.arenaCount = arenaCount
      self.largestCount = largestCount
      self.stateArenas = stateArenas
    }
  }

  /// One node.
  public struct Node: Hashable, Codable, Sendable {
    /// Bytes a second that its ranks move together when they sum gradients and update parameters (M).
    public var memoryBandwidth: Double

    public init(memoryBandwidth: Double) { self.memoryBandwidth = memoryBandwidth }
  }

  /// Between nodes.
  public struct Network: Hashable, Codable, Sendable {
    /// Seconds that a short message is late (l).
    public var latency: Double
    /// Bytes a second that a node sends while it receives as many (w).
    public var bandwidth: Double

    public init(latency: Double, bandwidth: Double) {
      self.latency = latency
      self.bandwidth = bandwidth
    }
  }

  /// How gradients travel between nodes.
  public struct Exchange: Hashable, Codable, Sendable {
    /// Of a value on its way: 4, or 2 for bfloat16.
    public var valueBytes: Int
    public var bucketBytes: Int
    public var overlaps: Bool

    public init(valueBytes: Int = 4, bucketBytes: Int, overlaps: Bool = true) {
      self.valueBytes = valueBytes
      self.bucketBytes = bucketBytes
      self.overlaps = overlaps
    }
  }

  public var work: Work
  public var node: Node
  public var network: Network
  public var exchange: Exchange

  public init(work: Work, node: Node, network: Network, exchange: Exchange) {
    self.work = work
    self.node = node
    self.network = network
    self.exchange = exchange
  }
}

/// Where a step runs.
public struct Placement: Hashable, Codable, Sendable {
  public var nodes: Int
  public var ranksPerNode: Int
  public var lanes: Int

  public init(nodes: Int, ranksPerNode: Int, lanes: Int) {
    precondition(nodes >= 1 && ranksPerNode >= 1, "\(nodes) nodes of \(ranksPerNode) ranks")
    precondition(lanes >= nodes * ranksPerNode, "\(lanes) lanes are too few for \(nodes * ranksPerNode) ranks")
    self.nodes = nodes
    self.ranksPerNode = ranksPerNode
    self.lanes = lanes
  }

  public var ranks: Int { nodes * ranksPerNode }

  /// Of the rank that has most.
  var lanesPerRank: Int { (lanes + ranks - 1) / ranks }

  /// What a node's ranks move to add up their lanes. Every second lane adds to the sum where it is computed; for the others
  /// two arenas are read and one is written.
  var joinedArenas: Double { Double((lanesPerRank - 1) / 2 * ranksPerNode * 3) }
}

/// Where the time of a step goes, in the parts that training measures, in seconds.
public struct StepPrediction: Hashable, Codable, Sendable {
  public var compute = 0.0
  public var wait = 0.0
  public var reduce = 0.0
  public var update = 0.0

  public var seconds: Double { compute + wait + reduce + update }
}

extension CostModel {
  public func step(on placement: Placement) -> StepPrediction {
    placement.nodes == 1 ? stepOnOneNode(placement) : stepOnNodes(placement)
  }

  private func stepOnOneNode(_ placement: Placement) -> StepPrediction {
    var step = StepPrediction()
    step.compute = compute(placement)
    step.reduce = moved(
      work.arenaBytes * Self.arenasMoved(onOneNode: placement.ranksPerNode, states: work.stateArenas))
    return step
  }

  /// Summed and updated in one pass: every rank's gradients are read, parameters and state read and written.
  static func arenasMoved(onOneNode ranks: Int, states: Int) -> Double { Double(ranks + 2 * (1 + states)) }

  private func stepOnNodes(_ placement: Placement) -> StepPrediction {
    let isRounded = exchange.valueBytes < 4
    // Of the arena, what a node's ranks own together, and what others do.
    let own = 1 / Double(placement.nodes)
    let foreign = 1 - own
    let traffic = foreign * Double(work.arenaCount * exchange.valueBytes)
    let buckets = (work.arenaBytes / Double(exchange.bucketBytes)).rounded(.up)

    var step = StepPrediction()
    // Gradients go out as buckets get complete: packed, sent while others come, summed.
    let packed = work.arenaBytes * foreign * Double(placement.ranksPerNode) + traffic
    let summed = work.arenaBytes * own * Double(placement.ranksPerNode + 1) + traffic
    let exchanged = transfer(traffic, messages: buckets) + moved(packed + summed)
    (step.compute, step.wait) = overlapped(
      compute: compute(placement), exchanged: exchanged, moved: moved(packed + summed), buckets: buckets)
    step.wait += agreement(placement)
    // The squares of the own sums, a figure for every grain of them.
    step.reduce = moved(work.arenaBytes * own) + agreement(placement)
    if isRounded {
      // Rounded sums come to every node, whose ranks update all of the arena.
      step.reduce += transfer(traffic, messages: buckets) + moved(2 * traffic + work.arenaBytes * foreign)
      step.update = moved(work.arenaBytes * Double(1 + updatedArenas))
    } else {
      // Parameters come to every node.
      step.update =
        moved(work.arenaBytes * own * Double(1 + updatedArenas)) + transfer(traffic, messages: buckets)
    }
    return step
  }

  private func compute(_ placement: Placement) -> Double {
    Double(placement.lanesPerRank) * work.laneSeconds + moved(placement.joinedArenas * work.arenaBytes)
  }

  /// The last lane's backward pass completes buckets evenly; each then waits for those before it.
  ///
  /// - Returns: the time until the backward pass ends, and from then until the last bucket is summed.
  private func overlapped(
    compute: Double, exchanged: Double, moved: Double, buckets: Double
  ) -> (compute: Double, wait: Double) {
    guard exchange.overlaps else { return (compute, exchanged) }
    let backward = work.laneSeconds * work.backwardShare
    // What gets complete at once: a bucket, or those of the largest parameter.
    let portion = max(1 / buckets, Double(work.largestCount) / Double(work.arenaCount))
    // The first portion is complete after its share of the backward pass, the last one with its end.
    let begin = compute - backward * (1 - portion)
    let end = max(compute, begin + exchanged * (1 - portion)) + exchanged * portion
    // Sums that are made while the backward pass goes on make that longer.
    let shared = moved * min(1, backward * (1 - portion) / exchanged)
    return (compute + shared, max(0, end - compute))
  }

  /// Parameters and state, read and written.
  private var updatedArenas: Int { 2 * (1 + work.stateArenas) }

  private func moved(_ bytes: Double) -> Double { bytes / node.memoryBandwidth }

  private func transfer(_ bytes: Double, messages: Double) -> Double {
    messages * network.latency + bytes / network.bandwidth
  }

  /// A few figures from all ranks to all, along a tree.
  private func agreement(_ placement: Placement) -> Double {
    network.latency * Double(Int.bitWidth - (placement.ranks - 1).leadingZeroBitCount)
  }
}

extension CostModel.Work {
  var arenaBytes: Double { Double(arenaCount) * 4 }
}
