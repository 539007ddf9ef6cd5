import Planning
import Testing

/// Numbers in which every term of the model is a power of ten of its own, so that each can be read in the sum.
@Suite struct CostModelTests {
  /// 1 s of computing a lane, an arena of 1 GB; memory moves 100 GB/s, the network 10 GB/s.
  private func model(
    latency: Double = 0, valueBytes: Int = 4, bucketBytes: Int = 1 << 40, overlaps: Bool = false
  ) -> CostModel {
    CostModel(
      work: .init(laneSeconds: 1, backwardShare: 0.5, arenaCount: 250_000_000, stateArenas: 2),
      node: .init(memoryBandwidth: 100e9),
      network: .init(latency: latency, bandwidth: 10e9),
      exchange: .init(valueBytes: valueBytes, bucketBytes: bucketBytes, overlaps: overlaps))
  }

  private func expect(_ value: Double, _ expected: Double, _ comment: Comment? = nil) {
    #expect(abs(value - expected) < 1e-9, comment)
  }

  @Test("on one node a step computes its lanes, then moves gradients, parameters and state once")
  func oneNode() {
    let step = model().step(on: Placement(nodes: 1, ranksPerNode: 2, lanes: 2))
    expect(step.compute, 1)
    // Two gradients read; parameters and two states read and written.
    expect(step.reduce, 8 * 0.01)
    expect(step.wait + step.update, 0)
    let alone = model().step(on: Placement(nodes: 1, ranksPerNode: 1, lanes: 1))
    expect(alone.reduce, 7 * 0.01, "one gradient, parameters and state")
  }

  @Test("every second lane of a rank is added to those before, the ranks of a node sharing its memory")
  func lanes() {
    let step = model().step(on: Placement(nodes: 1, ranksPerNode: 2, lanes: 6))
    expect(step.compute, 3 + 2 * 3 * 0.01)
  }

  @Test("between nodes all but a node's own part goes out, and as much comes back")
  func messages() {
    let step = model().step(on: Placement(nodes: 4, ranksPerNode: 1, lanes: 4))
    // Packed: 0.75 GB read, 0.75 written; summed: 0.25 read, 0.25 written, 0.75 that came read.
    expect(step.wait, 0.075 + (1.5 + 1.25) * 0.01)
    expect(step.reduce, 0.25 * 0.01)
    expect(step.update, 0.075 + 0.25 * 7 * 0.01)
  }

  @Test("rounded values halve the traffic, and every node updates all parameters")
  func rounded() {
    let step = model(valueBytes: 2).step(on: Placement(nodes: 2, ranksPerNode: 1, lanes: 2))
    expect(step.wait, 0.025 + (0.5 + 0.25 + 1 + 0.25) * 0.01)
    expect(step.reduce, 0.5 * 0.01 + 0.025 + (0.5 + 0.5) * 0.01)
    expect(step.update, 7 * 0.01)
  }

  @Test("every bucket is late once on its way out and once on its way back, and the few figures of a step too")
  func latency() {
    let placement = Placement(nodes: 4, ranksPerNode: 2, lanes: 8)
    let late = model(latency: 1e-3, bucketBytes: 100_000_000).step(on: placement)
    let prompt = model(latency: 0, bucketBytes: 100_000_000).step(on: placement)
    // Ten buckets each way; eight ranks agree twice, in three rounds.
    expect(late.seconds - prompt.seconds, 20e-3 + 2 * 3e-3)
  }

  @Test("what is exchanged while the backward pass goes on costs nothing, but the last bucket and what is left over")
  func overlap() {
    let placement = Placement(nodes: 2, ranksPerNode: 1, lanes: 2)
    let apart = model(bucketBytes: 100_000_000).step(on: placement)
    let overlapped = model(bucketBytes: 100_000_000, overlaps: true).step(on: placement)
    // Packed: 0.5 GB read, 0.5 written; summed: 0.5 read, 0.5 written, 0.5 that came read.
    expect(apart.wait, 0.05 + 2.5 * 0.01)
    // Ten buckets, of which nine go while half a second of the backward pass lasts.
    expect(overlapped.wait, apart.wait / 10)
    expect(overlapped.update, apart.update)
    var slow = model(bucketBytes: 100_000_000, overlaps: true)
    slow.network.bandwidth = 0.5e9
    // 1 s of messages begins after a tenth of 0.5 s.
    expect(slow.step(on: placement).wait, 0.55 + 1 + 0.025 - 1)
  }

  @Test("a parameter larger than a bucket is complete all at once, and as much less overlaps")
  func largeParameter() {
    let placement = Placement(nodes: 2, ranksPerNode: 1, lanes: 2)
    var half = model(bucketBytes: 100_000_000, overlaps: true)
    half.work.largestCount = half.work.arenaCount / 2
    expect(half.step(on: placement).wait, 0.075 / 2)
    half.work.largestCount = half.work.arenaCount
    expect(half.step(on: placement).wait, 0.075)
  }

  @Test("sums that are made meanwhile make the backward pass longer")
  func sharedCore() {
    let placement = Placement(nodes: 2, ranksPerNode: 1, lanes: 2)
    let step = model(bucketBytes: 100_000_000, overlaps: true).step(on: placement)
    expect(step.compute, 1 + 0.025)
  }

  @Test("a model calibrated on one node predicts what was measured there", arguments: [1, 2], [2, 6])
  func calibration(ranks: Int, lanes: Int) {
    let placement = Placement(nodes: 1, ranksPerNode: ranks, lanes: lanes)
    let measured = model().step(on: placement)
    let calibrated = CostModel(
      .init(
        placement: placement, compute: measured.compute, reduce: measured.reduce, arenaCount: 250_000_000,
        stateArenas: 2), network: model().network, exchange: model().exchange)
    expect(calibrated.node.memoryBandwidth / 1e9, 100)
    expect(calibrated.work.laneSeconds, 1)
  }
}
