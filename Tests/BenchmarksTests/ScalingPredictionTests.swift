import Benchmarks
import Testing
import Training

@Suite struct ScalingPredictionTests {
  private func job(
    _ ranks: Int, nodes: Int?, compute: Double, reduce: Double = 0.07, link: StepMeasurement.Link? = nil
  ) -> StepMeasurement {
    var parts = StepTimes()
    (parts.compute, parts.reduce, parts.update) = (compute, reduce / 3, reduce / 3 * 2)
    return StepMeasurement(
      model: "MLP", arenaCount: 250_000_000, stateArenas: 2, algorithm: "canonical", ranks: ranks, nodes: nodes,
      threads: 1, lanes: 2, batch: 2, link: link,
      steps: [StepMeasurement.Step(seconds: parts.total, parts: parts)], totalSeconds: parts.total,
      peakResidentBytes: [1])
  }

  @Test("what one rank took predicts two on a node, and two nodes with the link that they measured")
  func predictions() throws {
    // 100 GB/s: 7 arenas of 1 GB in 0.07 s.
    let prediction = try #require(ScalingPrediction(from: [job(1, nodes: 1, compute: 2)]))
    let together = try #require(prediction.seconds(of: [job(2, nodes: 1, compute: 9)]))
    #expect(abs(together - (1 + 0.08)) < 1e-6)
    let link = StepMeasurement.Link(
      latency: 0, bandwidth: 10e9, bucketBytes: 1 << 40, valueBytes: 4, overlaps: false)
    let apart = try #require(prediction.seconds(of: [job(2, nodes: 2, compute: 9, link: link)]))
    #expect(abs(apart - (1 + 0.05 + 2.5 * 0.01 + 0.005 + 0.05 + 0.035)) < 1e-6)
  }

  @Test("jobs on several nodes, or that MPI summed, calibrate nothing")
  func noCalibration() {
    #expect(ScalingPrediction(from: [job(2, nodes: 2, compute: 1)]) == nil)
    #expect(ScalingPrediction(from: [job(1, nodes: nil, compute: 1)]) == nil)
    #expect(ScalingPrediction(from: []) == nil)
  }
}
