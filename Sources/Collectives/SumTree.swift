/// A sum of several sources as the tree of additions that makes it: the order as a value, without the numbers.
public indirect enum SumTree<Source> {
  case source(Source)
  case sum(SumTree, SumTree)
  /// The value rounded to bfloat16: what a node's partial sum becomes before it travels.
  case rounded(SumTree)

  /// The scratch buffers that evaluating it takes, see `SumEvaluator`.
  public var depth: Int {
    switch self {
    case .source: 1
    case .sum(let left, let right): max(left.depth, right.depth + 1)
    case .rounded(let value): value.depth
    }
  }

  /// The same tree of other sources.
  public func map<Other>(_ transform: (Source) -> Other) -> SumTree<Other> {
    switch self {
    case .source(let source): .source(transform(source))
    case .sum(let left, let right): .sum(left.map(transform), right.map(transform))
    case .rounded(let value): .rounded(value.map(transform))
    }
  }
}

extension SumTree: Equatable where Source: Equatable {}
extension SumTree: Sendable where Source: Sendable {}

extension LaneTree {
  /// The maximal nodes of the tree that lie within `lanes`, in lane order: the partial sums that stand for `lanes`.
  public func subtrees(within lanes: Range<Int>) -> [Range<Int>] {
    var sums = partialSums(of: lanes)
    for lane in lanes { _ = sums.push(lane) }
    return sums.subtrees
  }

  /// The canonical sum over all lanes, of which `leaves` are known partial sums.
  ///
  /// - Parameter leaves: nodes of the tree and what stands for each; together they cover every lane once.
  public func sum<Source>(of leaves: [(lanes: Range<Int>, tree: SumTree<Source>)]) -> SumTree<Source> {
    var byLanes: [Range<Int>: SumTree<Source>] = [:]
    for leaf in leaves { byLanes[leaf.lanes] = leaf.tree }
    return sum(over: 0..<lanes, of: byLanes)
  }

  /// The canonical sum over `range`, a node of the tree.
  public func sum<Source>(
    over range: Range<Int>, of leaves: [Range<Int>: SumTree<Source>]
  ) -> SumTree<Source> {
    if let leaf = leaves[range] { return leaf }
    precondition(range.count > 1, "nothing stands for lane \(range.lowerBound)")
    // The left child is the largest power of two below the node's length: the node covers an aligned range, cut at the end.
    let half = 1 << (Int.bitWidth - 1 - (range.count - 1).leadingZeroBitCount)
    let middle = range.lowerBound + half
    return .sum(
      sum(over: range.lowerBound..<middle, of: leaves), sum(over: middle..<range.upperBound, of: leaves))
  }
}
