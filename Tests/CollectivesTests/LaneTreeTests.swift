import Collectives
import Testing

/// Sums are written out as text, `((0+1)+2)`, so that their order can be compared.
@Suite("the tree of lanes")
struct LaneTreeTests {
  @Test("one rank with all lanes sums them along the whole tree", arguments: 1...16)
  func wholeTree(lanes: Int) {
    let run = Run(LaneTree(lanes: lanes), rank: 0, ranks: 1)
    #expect(run.sums.subtrees == [0..<lanes])
    #expect(run.buffers == [sum(ofNode: 0..<16, lanes: lanes)])
  }

  @Test("the tree of six lanes, written out")
  func sixLanes() {
    let run = Run(LaneTree(lanes: 6), rank: 0, ranks: 1)
    #expect(run.buffers == ["(((0+1)+(2+3))+(4+5))"])
  }

  @Test("each rank is left with the sums of the maximal subtrees in its lanes, each along the tree", arguments: 1...16)
  func maximalSubtrees(lanes: Int) {
    let tree = LaneTree(lanes: lanes)
    for ranks in 1...lanes {
      for rank in 0..<ranks {
        let run = Run(tree, rank: rank, ranks: ranks)
        let expected = maximalNodes(within: run.sums.lanes, node: 0..<16, lanes: lanes)
        #expect(run.sums.subtrees == expected.map { $0.clamped(to: 0..<lanes) })
        #expect(run.buffers == expected.map { sum(ofNode: $0, lanes: lanes) })
      }
    }
  }

  @Test("the buffers asked for are all used, and no more", arguments: 1...16)
  func buffersNeeded(lanes: Int) {
    for ranks in 1...lanes {
      for rank in 0..<ranks {
        let run = Run(LaneTree(lanes: lanes), rank: rank, ranks: ranks)
        #expect(run.sums.buffersNeeded == run.mostBuffers)
      }
    }
  }

  @Test(
    "lanes whose number is a power of two take a buffer for each doubling", arguments: [(1, 1), (2, 1), (4, 2), (8, 3)])
  func buffersOfWholeTrees(lanes: Int, buffers: Int) {
    #expect(LaneTree(lanes: lanes).partialSums(of: 0..<lanes).buffersNeeded == buffers)
  }

  @Test("a lane is added where it is computed when its sister is there, and a rank's first lane never is")
  func destinations() {
    var sums = LaneTree(lanes: 6).partialSums(of: 1..<6)
    var adds: [Bool] = []
    for lane in 1..<6 {
      adds.append(sums.destination(of: lane).adds)
      _ = sums.push(lane)
    }
    #expect(adds == [false, false, true, false, true], "1 2+3 4+5")
  }

  @Test("ranks share the lanes in order and as evenly as possible", arguments: 1...16, 1...20)
  func shares(lanes: Int, ranks: Int) {
    let tree = LaneTree(lanes: lanes)
    let shares = (0..<ranks).map { tree.lanes(ofRank: $0, ranks: ranks) }
    #expect(shares.flatMap { Array($0) } == Array(0..<lanes))
    let counts = shares.map(\.count)
    #expect((counts.max() ?? 0) - (counts.min() ?? 0) <= 1)
  }

  @Test("a rank without lanes needs no buffer and has nothing to join")
  func noLanes() {
    let sums = LaneTree(lanes: 2).partialSums(of: 1..<1)
    #expect(sums.buffersNeeded == 0)
    #expect(sums.count == 0)
  }
}

/// A rank that sums its lanes as the documentation of `PartialSums` shows it, with text for gradients.
private struct Run {
  var sums: LaneTree.PartialSums
  var buffers: [String] = []
  var mostBuffers = 0

  init(_ tree: LaneTree, rank: Int, ranks: Int) {
    sums = tree.partialSums(of: tree.lanes(ofRank: rank, ranks: ranks))
    for lane in sums.lanes {
      let (buffer, adds) = sums.destination(of: lane)
      if adds {
        #expect(buffer == buffers.count - 1, "the topmost sum is added to")
        buffers[buffer] = "(\(buffers[buffer])+\(lane))"
      } else {
        #expect(buffer == buffers.count, "nothing is written over")
        buffers.append("\(lane)")
      }
      mostBuffers = max(mostBuffers, buffers.count)
      for join in sums.push(lane) { apply(join) }
    }
  }

  private mutating func apply(_ join: LaneTree.PartialSums.Join) {
    let source = buffers.removeLast()
    #expect(join.source == buffers.count, "the topmost buffer is added")
    buffers[join.target] = "(\(buffers[join.target])+\(source))"
  }
}

/// The tree's definition: `node` is an aligned range of 2^h lanes, some of which may not exist.
private func sum(ofNode node: Range<Int>, lanes: Int) -> String {
  guard node.count > 1 else { return "\(node.lowerBound)" }
  let (left, right) = children(of: node)
  guard right.lowerBound < lanes else { return sum(ofNode: left, lanes: lanes) }
  return "(\(sum(ofNode: left, lanes: lanes))+\(sum(ofNode: right, lanes: lanes)))"
}

/// The largest nodes below `node` whose lanes all lie in `share`, in lane order.
private func maximalNodes(within share: Range<Int>, node: Range<Int>, lanes: Int) -> [Range<Int>] {
  let existing = node.clamped(to: 0..<lanes)
  guard existing.overlaps(share) else { return [] }
  guard existing.clamped(to: share) != existing else { return [node] }
  let (left, right) = children(of: node)
  return maximalNodes(within: share, node: left, lanes: lanes)
    + maximalNodes(within: share, node: right, lanes: lanes)
}

private func children(of node: Range<Int>) -> (left: Range<Int>, right: Range<Int>) {
  let middle = node.lowerBound + node.count / 2
  return (node.lowerBound..<middle, middle..<node.upperBound)
}
