/// Who sums what, who sends what to whom: the reduction of one step as a value, made of the lanes, the nodes and the length
/// of the arena alone.
///
/// The arena is cut into buckets, each bucket into one slice for every rank: its *owner* makes the slice's sum and, where
/// the optimizer is sharded, updates it. Slices begin at multiples of `grain`, so that whatever is summed grain by grain
/// (the gradient's norm) has the same order for any number of ranks. Small buckets leave some slices empty.
///
///     let plan = ReductionPlan(tree: tree, topology: topology, count: layout.count, bucketLength: nil)
///     plan.lanes(ofRank: 3)                 // the lanes that rank 3 computes
///     plan.slice(ofRank: 3, in: bucket)     // the part of the bucket that it owns
public struct ReductionPlan: Hashable, Sendable {
  /// Floats that slices are made of, and that one partial sum of the norm covers.
  public static let grain = 4_096

  public let tree: LaneTree
  public let topology: Topology
  /// The arena's length in floats.
  public let count: Int
  /// Ranges of the arena in the order in which the backward pass completes them: from the end to the beginning.
  public let buckets: [Range<Int>]

  /// - Parameter bucketLength: in floats, rounded up to whole grains; `nil` makes one bucket of all.
  public init(tree: LaneTree, topology: Topology, count: Int, bucketLength: Int?) {
    precondition(count >= 0, "an arena of \(count) floats")
    precondition(bucketLength.map { $0 > 0 } ?? true, "buckets of \(bucketLength ?? 0) floats")
    self.tree = tree
    self.topology = topology
    self.count = count
    let wanted = bucketLength.map { max(1, ($0 + Self.grain - 1) / Self.grain) * Self.grain } ?? max(count, 1)
    buckets = stride(from: 0, to: count, by: wanted).map { $0..<min($0 + wanted, count) }.reversed()
  }

  /// The lanes that `rank` computes: contiguous, none for ranks beyond the lanes.
  public func lanes(ofRank rank: Int) -> Range<Int> {
    tree.lanes(ofRank: topology.place(of: rank), ranks: topology.ranks.count)
  }

  /// The lanes that the ranks of `node` compute together.
  public func lanes(ofNode node: Int) -> Range<Int> {
    let members = topology.nodes[node]
    return lanes(ofRank: members[0]).lowerBound..<lanes(ofRank: members[members.count - 1]).upperBound
  }

  /// The partial sums that `rank` holds after its lanes, buffer by buffer.
  public func partialSums(ofRank rank: Int) -> [Range<Int>] { tree.subtrees(within: lanes(ofRank: rank)) }

  /// The partial sums that stand for `node` when it sends to another: of the fewest subtrees that cover its lanes.
  public func partialSums(ofNode node: Int) -> [Range<Int>] { tree.subtrees(within: lanes(ofNode: node)) }

  /// The part of `bucket` that `rank` owns.
  public func slice(ofRank rank: Int, in bucket: Range<Int>) -> Range<Int> {
    let grains = (bucket.count + Self.grain - 1) / Self.grain
    let (place, ranks) = (topology.place(of: rank), topology.ranks.count)
    func edge(_ part: Int) -> Int {
      min(bucket.lowerBound + grains * part / ranks * Self.grain, bucket.upperBound)
    }
    return edge(place)..<edge(place + 1)
  }

  /// The rank of `node` that exchanges `owner`'s slices with it, `owner` being on another node: it sends the node's partial
  /// sums there, and receives what the owner has made of all.
  public func partner(of owner: Int, on node: Int) -> Int {
    let members = topology.nodes[node]
    return members[topology.localRank(of: owner) % members.count]
  }

  /// The ranks of other nodes whose slices `rank` is the partner for, ascending.
  public func partnered(by rank: Int) -> [Int] {
    let own = topology.node(of: rank)
    return topology.ranks.filter { topology.node(of: $0) != own && partner(of: $0, on: own) == rank }.sorted()
  }
}

/// Where a partial sum lies, as the rank that adds it up sees it.
public enum PartialSumSource: Hashable, Sendable {
  /// In a buffer of a rank of the same node.
  case buffer(rank: Int, index: Int)
  /// In what has come from another node: its partial sum number `index`.
  case received(node: Int, index: Int)
}

extension ReductionPlan {
  /// The sum over `lanes`, one of the node's partial sums, out of the buffers of its ranks.
  public func sum(over lanes: Range<Int>, onNode node: Int) -> SumTree<PartialSumSource> {
    var leaves: [Range<Int>: SumTree<PartialSumSource>] = [:]
    for rank in topology.nodes[node] {
      for (index, subtree) in partialSums(ofRank: rank).enumerated() {
        leaves[subtree] = .source(.buffer(rank: rank, index: index))
      }
    }
    return tree.sum(over: lanes, of: leaves)
  }

  /// The sum over all lanes as a rank of `node` makes it.
  ///
  /// - Parameter roundsNodes: whether every node's partial sums are rounded before they meet, its own included: then the
  ///   result does not depend on which node makes it.
  public func sum(onNode node: Int, roundsNodes: Bool) -> SumTree<PartialSumSource> {
    let leaves = topology.nodes.indices.flatMap { other in
      partialSums(ofNode: other).enumerated().map { index, subtree in
        var tree: SumTree<PartialSumSource> =
          other == node ? sum(over: subtree, onNode: node) : .source(.received(node: other, index: index))
        if roundsNodes && other == node { tree = .rounded(tree) }
        return (lanes: subtree, tree: tree)
      }
    }
    return tree.sum(of: leaves)
  }
}
