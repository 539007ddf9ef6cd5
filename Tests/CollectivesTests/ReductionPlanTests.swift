import Collectives
import Testing

/// Every way to spread ranks over nodes that the tests of the reduction try.
let testedNodes: [[[Int]]] = [
  [[0]], [[0, 1]], [[0, 1, 2]], [[0], [1]], [[0, 1], [2]], [[0], [1, 2, 3]], [[0, 2], [1, 3]], [[0], [1], [2]],
  [[0, 1, 2], [3], [4, 5]], [[0, 1, 2, 3, 4, 5, 6, 7]], [[0, 1, 2], [3, 4], [5, 6, 7]],
]

@Suite("plans of the reduction")
struct ReductionPlanTests {
  private func plan(_ nodes: [[Int]], lanes: Int = 8, count: Int = 100_000, bucketLength: Int? = nil) -> ReductionPlan {
    ReductionPlan(
      tree: LaneTree(lanes: lanes), topology: Topology(nodes: nodes), count: count, bucketLength: bucketLength)
  }

  @Test("every lane has one rank, and a node's lanes are contiguous", arguments: testedNodes)
  func lanes(nodes: [[Int]]) {
    let plan = plan(nodes)
    #expect(plan.topology.ranks.flatMap { Array(plan.lanes(ofRank: $0)) } == Array(0..<8))
    for node in plan.topology.nodes.indices {
      let members = plan.topology.nodes[node].flatMap { Array(plan.lanes(ofRank: $0)) }
      #expect(Array(plan.lanes(ofNode: node)) == members)
    }
  }

  @Test("every value has one owner, whatever the buckets", arguments: testedNodes, [nil, 1, 5_000, 65_536, 1 << 20])
  func owners(nodes: [[Int]], bucketLength: Int?) {
    for count in [0, 1, 4_095, 4_097, 100_000] {
      let plan = plan(nodes, count: count, bucketLength: bucketLength)
      var owned = [Int](repeating: 0, count: count)
      for bucket in plan.buckets {
        for rank in plan.topology.ranks {
          let slice = plan.slice(ofRank: rank, in: bucket)
          #expect(slice.isEmpty || slice.lowerBound % ReductionPlan.grain == 0)
          for index in slice { owned[index] += 1 }
        }
      }
      #expect(owned.allSatisfy { $0 == 1 })
    }
  }

  @Test("buckets come from the end to the beginning")
  func buckets() {
    #expect(
      plan([[0]], count: 10_000, bucketLength: 4_000).buckets == [8_192..<10_000, 4_096..<8_192, 0..<4_096])
  }

  @Test("between two nodes every slice has one partner on each side", arguments: testedNodes)
  func partners(nodes: [[Int]]) {
    let plan = plan(nodes)
    for owner in plan.topology.ranks {
      for node in plan.topology.nodes.indices where node != plan.topology.node(of: owner) {
        let partners = plan.topology.nodes[node].filter { plan.partnered(by: $0).contains(owner) }
        #expect(partners == [plan.partner(of: owner, on: node)])
      }
    }
  }

  /// A sum as text, every source as the lanes it stands for.
  private func text(_ tree: SumTree<PartialSumSource>, _ plan: ReductionPlan, expanding node: Int) -> String {
    switch tree {
    case .source(.buffer(let rank, let index)): lanesText(plan.partialSums(ofRank: rank)[index])
    case .source(.received(let other, let index)): lanesText(plan.partialSums(ofNode: other)[index])
    case .sum(let left, let right):
      "(\(text(left, plan, expanding: node))+\(text(right, plan, expanding: node)))"
    case .rounded(let value): text(value, plan, expanding: node)
    }
  }

  /// A node of the tree of eight lanes as text.
  private func lanesText(_ lanes: Range<Int>) -> String {
    guard lanes.count > 1 else { return "\(lanes.lowerBound)" }
    let middle = lanes.lowerBound + lanes.count / 2
    return "(\(lanesText(lanes.lowerBound..<middle))+\(lanesText(middle..<lanes.upperBound)))"
  }

  @Test("on every node the sum is that of the lanes' tree", arguments: testedNodes)
  func sums(nodes: [[Int]]) {
    let plan = plan(nodes)
    for node in plan.topology.nodes.indices {
      let sum = text(plan.sum(onNode: node, roundsNodes: false), plan, expanding: node)
      #expect(sum == "(((0+1)+(2+3))+((4+5)+(6+7)))")
    }
  }

  @Test("where nodes round, each rounds its own partial sums as it rounds what it sends")
  func rounding() {
    let plan = plan([[0, 1], [2]], lanes: 3)
    #expect(plan.partialSums(ofNode: 0) == [0..<2])
    let own = SumTree.sum(
      .source(PartialSumSource.buffer(rank: 0, index: 0)), .source(.buffer(rank: 1, index: 0)))
    #expect(
      plan.sum(onNode: 0, roundsNodes: true) == .sum(.rounded(own), .source(.received(node: 1, index: 0))))
  }
}
