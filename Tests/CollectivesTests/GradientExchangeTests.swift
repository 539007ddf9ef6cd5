import Collectives
import KernelInterface
import Synchronization
import TensorCore
import TestSupport
import Testing

/// The exchange on threads instead of processes, against a sum in one place.
@Suite("the exchange of gradients")
struct GradientExchangeTests {
  private static let lanes = 8

  /// Entries on and off the borders of grains and buckets; the last is a running statistic.
  private static let layout: ParameterLayout = {
    var layout = ParameterLayout()
    for (index, count) in [5_000, 37, 12_288, 9_000].enumerated() {
      _ = layout.append(name: "p\(index)", shape: [count])
    }
    _ = layout.append(name: "mean", shape: [100], role: .runningStatistic(momentum: 0.1))
    return layout
  }()

  /// A value of a lane's gradient: thirds and sevenths, so that the order of sums shows in the last bits.
  private static func value(lane: Int, _ index: Int) -> Float {
    Float((index * 7919 + lane * 3571) % 2003 - 1001) / Float(3 + 4 * lane)
  }

  /// ((0 + 1) + (2 + 3)) + ((4 + 5) + (6 + 7))
  private static func expected(_ index: Int) -> Float {
    func pair(_ lane: Int) -> Float { value(lane: lane, index) + value(lane: lane + 1, index) }
    return (pair(0) + pair(2)) + (pair(4) + pair(6))
  }

  private static func fill(_ exchange: GradientExchange, rank: Int) {
    for (lanes, buffer) in zip(exchange.plan.partialSums(ofRank: rank), exchange.buffers) {
      buffer.withMutableValues { values in
        for index in values.indices { values[index] = sum(lanes, index) }
      }
    }
  }

  private static func sum(_ lanes: Range<Int>, _ index: Int) -> Float {
    guard lanes.count > 1 else { return value(lane: lanes.lowerBound, index) }
    let middle = lanes.lowerBound + lanes.count / 2
    return sum(lanes.lowerBound..<middle, index) + sum(middle..<lanes.upperBound, index)
  }

  private static func exchange(
    _ group: InProcessGroup, options: ExchangeOptions = ExchangeOptions(), bucketLength: Int? = nil, threads: Int = 1
  ) throws -> GradientExchange {
    let plan = ReductionPlan(
      tree: LaneTree(lanes: lanes), topology: group.topology(), count: layout.count, bucketLength: bucketLength)
    return try GradientExchange(
      plan, layout: layout, options: options, group: group, backend: Backend(threads: threads))
  }

  /// Every rank's view of the sums after a step, and the sum of squares.
  private func sums(
    _ nodes: [[Int]], options: ExchangeOptions = ExchangeOptions(), bucketLength: Int? = nil, threads: Int = 1
  ) throws -> [(sums: [Float], squares: Double)] {
    try InProcessGroup.run(ranks: nodes.joined().count, nodes: nodes) { group in
      let exchange = try Self.exchange(group, options: options, bucketLength: bucketLength, threads: threads)
      exchange.begin()
      Self.fill(exchange, rank: group.rank)
      for entry in Self.layout.entries.indices.reversed() { exchange.complete(entry) }
      try exchange.settle()
      let squares = try exchange.makeSums(squaresWithin: Self.layout.trainedRange)
      try exchange.gatherSums()
      let collected = Mutex([Float](repeating: .nan, count: Self.layout.count))
      exchange.forEachSum(.all) { range, sums in
        collected.withLock { all in for index in range { all[index] = sums[index - range.lowerBound] } }
      }
      return (collected.withLock { $0 }, squares)
    }
  }

  @Test(
    "every rank has the sum along the tree, bit for bit, on any nodes, with any buckets, overlapped or not",
    arguments: testedNodes, [(nil, false), (4_096, false), (4_096, true), (10_000, true)] as [(Int?, Bool)])
  func sums(nodes: [[Int]], buckets: (length: Int?, overlaps: Bool)) throws {
    let expected = (0..<Self.layout.count).map(Self.expected)
    let reference = try sums([[0]])[0].squares
    for (sums, squares) in try sums(
      nodes, options: ExchangeOptions(overlaps: buckets.overlaps), bucketLength: buckets.length)
    {
      #expect(sums == expected)
      #expect(squares == reference)
    }
  }

  @Test("two threads a rank give the same sums")
  func threads() throws {
    let expected = (0..<Self.layout.count).map(Self.expected)
    for (sums, _) in try sums([[0, 1], [2]], threads: 2) { #expect(sums == expected) }
  }

  @Test("on one node every slice is handed on once, with the sum along the tree", arguments: [1, 2, 3, 5, 8])
  func onePass(ranks: Int) throws {
    let parts = try InProcessGroup.run(ranks: ranks) { group in
      let exchange = try Self.exchange(group)
      Self.fill(exchange, rank: group.rank)
      try exchange.settle()
      let found = Mutex<[Int: Float]>([:])
      exchange.sumOwnSlices { range, sums in
        found.withLock { found in for index in range { found[index] = sums[index - range.lowerBound] } }
      }
      exchange.meetNeighbours()
      return found.withLock { $0 }
    }
    let all = parts.reduce(into: [:]) { all, part in
      all.merge(part) { _, new in
        Issue.record("a value was handed on twice")
        return new
      }
    }
    #expect(all.count == Self.layout.count)
    #expect(all.allSatisfy { $0.value == Self.expected($0.key) })
  }

  @Test("with bfloat16 all ranks have one result, the same for any ranks on two nodes, near the exact one")
  func bfloat16() throws {
    let options = ExchangeOptions(precision: .bfloat16)
    let one = try sums([[0], [1]], options: options)
    let two = try sums([[0, 1], [2, 3]], options: options, bucketLength: 4_096)
    let three = try sums([[0, 1, 2, 3], [4, 5, 6, 7]], options: options, bucketLength: 10_000)
    for other in one + two + three { #expect(other.sums == one[0].sums) }
    // Nodes of other sizes hold other lanes, so the sums are others; but all ranks have the same.
    for nodes in [[[0, 1], [2]], [[0], [1, 2, 3]], [[0, 1, 2], [3], [4, 5]]] {
      let uneven = try sums(nodes, options: options, bucketLength: 10_000)
      for other in uneven { #expect(other.sums == uneven[0].sums) }
    }
    // Rounded twice: to 2^-9 of each half of the lanes, and of the sum.
    for (index, rounded) in one[0].sums.enumerated() {
      let halves = abs(Self.sum(0..<4, index)) + abs(Self.sum(4..<8, index)) + abs(Self.expected(index))
      #expect(abs(rounded - Self.expected(index)) <= halves / 256)
    }
    #expect(one[0].sums != (0..<Self.layout.count).map(Self.expected))
  }

  @Test("what owners write into a node's common arena comes to all nodes", arguments: testedNodes)
  func publish(nodes: [[Int]]) throws {
    let results = try InProcessGroup.run(ranks: nodes.joined().count, nodes: nodes) { group in
      let exchange = try Self.exchange(group, bucketLength: 4_096)
      let memory = try group.shareMemory(byteCount: 4 * Self.layout.count, on: group.topology())
      let base = try #require(memory.segments[0].baseAddress)
      let arena = Arena(
        Self.layout, on: Backend(), in: base.assumingMemoryBound(to: Float.self), keeping: memory)
      arena.withMutableValues { values in
        for slice in exchange.slices(of: .own) { for index in slice { values[index] = Float(index) } }
      }
      try exchange.publish(arena)
      return arena.tensor.values
    }
    for values in results { #expect(values == (0..<Self.layout.count).map(Float.init)) }
  }

  @Test("an all-reduce leaves the sum over ranks on all of them", arguments: testedNodes)
  func allReduce(nodes: [[Int]]) throws {
    let ranks = nodes.joined().count
    let results = try InProcessGroup.run(ranks: ranks, nodes: nodes) { group in
      let plan = ReductionPlan(
        tree: LaneTree(lanes: ranks), topology: group.topology(), count: Self.layout.count, bucketLength: 8_192)
      let exchange = try GradientExchange(
        plan, layout: Self.layout, options: ExchangeOptions(), group: group, backend: Backend())
      exchange.buffers[0].withMutableValues { values in
        for index in values.indices { values[index] = Float(index * (group.rank + 1)) }
      }
      try exchange.allReduce()
      return exchange.buffers[0].tensor.values
    }
    let factor = ranks * (ranks + 1) / 2
    for values in results { #expect(values == (0..<Self.layout.count).map { Float($0 * factor) }) }
  }

  @Test("neighbours read each other's words after a meeting")
  func words() throws {
    let words = try InProcessGroup.run(ranks: 3) { group in
      let exchange = try Self.exchange(group)
      exchange.tellNeighbours(10 * group.rank)
      exchange.meetNeighbours()
      return exchange.neighboursWords
    }
    #expect(words == [[0, 10, 20], [0, 10, 20], [0, 10, 20]])
  }
}
