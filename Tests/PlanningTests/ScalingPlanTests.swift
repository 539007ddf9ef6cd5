import Planning
import Testing

@Suite struct ScalingPlanTests {
  @Test("the plan compares samples a second and rank with those on the fewest nodes")
  func plan() {
    let model = CostModel(
      work: .init(laneSeconds: 1, arenaCount: 250_000_000, stateArenas: 2), node: .init(memoryBandwidth: 100e9),
      network: .init(latency: 0, bandwidth: 10e9), exchange: .init(bucketBytes: 1 << 40, overlaps: false))
    let plan = ScalingPlan(
      [1, 2].map { (Placement(nodes: $0, ranksPerNode: 2, lanes: 2 * $0), 8 * $0) }, model: { _ in model })
    #expect(
      plan.text == """
        nodes  ranks  batch    step  compute     wait   reduce   update  samples/s  efficiency
            1      2      8  1.08 s   1.00 s        0  80.0 ms        0          7      100.0%
            2      4     16  1.17 s   1.00 s  85.0 ms  5.00 ms  85.0 ms         14       91.9%
        """)
    #expect(plan.rows[1].efficiency == plan.rows[0].step.seconds / plan.rows[1].step.seconds)
  }

  @Test("the JSON has seconds and efficiency for every number of nodes")
  func json() throws {
    let model = CostModel(
      work: .init(laneSeconds: 2, arenaCount: 16, stateArenas: 0), node: .init(memoryBandwidth: 1e30),
      network: .init(latency: 0, bandwidth: 1), exchange: .init(bucketBytes: 4096))
    let json = try ScalingPlan([(Placement(nodes: 1, ranksPerNode: 1, lanes: 1), 8)], model: { _ in model }).json
    #expect(json.contains(#""median_seconds" : 2"#))
    #expect(json.contains(#""efficiency" : 1"#))
  }
}
