/// The canonical binary tree along which the gradients of a step are summed over lanes.
///
/// The node of height `h` and number `j` covers the lanes `j * 2^h ..< (j + 1) * 2^h`, as far as they exist. Its sum is
/// the left child's sum plus the right child's; a node whose right child covers no lane is its left child. The tree
/// depends on the number of lanes alone, so the sum is the same bits however the lanes are spread over ranks.
public struct LaneTree: Hashable, Sendable {
  /// The number of leaves.
  public let lanes: Int

  public init(lanes: Int) {
    precondition(lanes > 0, "a step has at least one lane, not \(lanes)")
    self.lanes = lanes
  }

  /// The lanes that `rank` computes: contiguous, in rank order, the numbers of any two ranks differing by at most one.
  ///
  /// Ranks beyond the number of lanes leave some ranks without any.
  public func lanes(ofRank rank: Int, ranks: Int) -> Range<Int> {
    precondition((0..<ranks).contains(rank), "rank \(rank) is not one of \(ranks) ranks")
    return rank * lanes / ranks..<(rank + 1) * lanes / ranks
  }

  /// Starts the sum over a contiguous range of lanes, computed one after another in order.
  public func partialSums(of lanes: Range<Int>) -> PartialSums {
    precondition(
      lanes.lowerBound >= 0 && lanes.upperBound <= self.lanes, "lanes \(lanes) are not among \(self.lanes) lanes")
    return PartialSums(tree: self, lanes: lanes)
  }
}

extension LaneTree {
  /// Which partial sums a rank holds, and which to join when: the order of a sum as a value, without the numbers.
  ///
  /// The partial sums lie in a stack of buffers 0, 1, 2, ... A new lane's gradient goes on top, or is added to the sum on
  /// top where that is the tree's next sum; then the complete subtrees on top are joined, as carries run through a binary
  /// counter.
  ///
  ///     var sums = tree.partialSums(of: tree.lanes(ofRank: group.rank, ranks: group.size))
  ///     for lane in sums.lanes {
  ///       let (buffer, adds) = sums.destination(of: lane)
  ///       backward(lane, into: gradients[buffer], adding: adds)
  ///       for join in sums.push(lane) { gradients[join.target] += gradients[join.source] }
  ///     }
  ///     // gradients[i] holds the sum over sums.subtrees[i].
  public struct PartialSums: Sendable {
    public let tree: LaneTree
    /// The lanes to push, in order.
    public let lanes: Range<Int>
    /// The lanes that each buffer holds the sum of, buffer 0 first. When all lanes are pushed, these are the maximal
    /// subtrees of the tree that lie within `lanes`.
    public private(set) var subtrees: [Range<Int>] = []

    init(tree: LaneTree, lanes: Range<Int>) {
      self.tree = tree
      self.lanes = lanes
    }

    /// Add buffer `source` into buffer `target`; `source` is free afterwards.
    public struct Join: Hashable, Sendable {
      public let target: Int
      public let source: Int
    }

    /// The number of buffers in use.
    public var count: Int { subtrees.count }

    /// Where the gradient of `lane`, the next of `lanes`, goes: over what is in a buffer, or added to it.
    ///
    /// What is added is the right child of a node whose left child is there. A kernel may compute right + left instead of
    /// the tree's left + right: an addition of IEEE 754 has the same bits in either order, but for a NaN's payload.
    public func destination(of lane: Int) -> (buffer: Int, adds: Bool) {
      precondition(lane == nextLane, "lane \(lane) came where lane \(nextLane) of \(lanes) was due")
      return completesTop(with: lane..<lane + 1) ? (count - 1, true) : (count, false)
    }

    /// The number of buffers that the whole sum needs.
    public var buffersNeeded: Int {
      var sums = LaneTree.PartialSums(tree: tree, lanes: lanes)
      var needed = 0
      for lane in lanes {
        needed = max(needed, sums.destination(of: lane).buffer + 1)
        _ = sums.push(lane)
      }
      return needed
    }

    /// Tells that the gradient of `lane`, the next of `lanes`, has gone to its destination.
    ///
    /// - Returns: The joins to make now, in order. Complexity: O(log lanes).
    public mutating func push(_ lane: Int) -> [Join] {
      if destination(of: lane).adds {
        subtrees[count - 1] = subtrees[count - 1].lowerBound..<lane + 1
      } else {
        subtrees.append(lane..<lane + 1)
      }
      var joins: [Join] = []
      while let top = subtrees.popLast() {
        guard completesTop(with: top) else {
          subtrees.append(top)
          break
        }
        subtrees[count - 1] = subtrees[count - 1].lowerBound..<top.upperBound
        joins.append(Join(target: count - 1, source: count))
      }
      return joins
    }

    private var nextLane: Int { subtrees.last?.upperBound ?? lanes.lowerBound }

    /// Whether the subtree on top and `right` are the two children of a node.
    private func completesTop(with right: Range<Int>) -> Bool {
      guard let top = subtrees.last else { return false }
      return tree.isNode(top.lowerBound..<right.upperBound, joining: right)
    }
  }

  /// Whether `range` is a node of the tree and `right`, its upper part, is its right child.
  private func isNode(_ range: Range<Int>, joining right: Range<Int>) -> Bool {
    let half = right.lowerBound - range.lowerBound
    let isAligned = half & (half - 1) == 0 && range.lowerBound % (2 * half) == 0
    return isAligned && range.upperBound == min(range.lowerBound + 2 * half, lanes)
  }
}
