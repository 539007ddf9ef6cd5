import FoundationEssentials
import Testing
import Training

@testable import Benchmarks

@Suite struct ScalingReportTests {
  private func job(_ ranks: Int, batch: Int, _ seconds: Double) -> StepMeasurement {
    var parts = StepTimes()
    (parts.compute, parts.wait, parts.reduce) = (seconds * 0.5, seconds * 0.25, seconds * 0.25)
    return StepMeasurement(
      model: "MLP", arenaCount: 1000, stateArenas: 2, algorithm: "canonical", ranks: ranks, nodes: 1, threads: 1,
      lanes: 2, batch: batch, steps: [StepMeasurement.Step(seconds: seconds, parts: parts)], totalSeconds: seconds,
      peakResidentBytes: [1])
  }

  private func report() -> ScalingReport {
    ScalingReport(
      processor: "Machine", configuration: "a<b.yaml",
      rows: [
        ScalingReport.Row(mode: .weak, rounds: [job(2, batch: 64, 1.25), job(2, batch: 64, 2)], predicted: 1.3),
        ScalingReport.Row(mode: .weak, rounds: [job(1, batch: 32, 1), job(1, batch: 32, 2)]),
        ScalingReport.Row(mode: .strong, rounds: [job(1, batch: 32, 1), job(1, batch: 32, 1)]),
        ScalingReport.Row(mode: .strong, rounds: [job(2, batch: 32, 0.5), job(2, batch: 32, 1)], predicted: 0.75),
      ])
  }

  @Test("efficiency compares samples a second and rank within a round, from the fewest ranks on")
  func efficiency() {
    let (weak, strong) = (report().rows(.weak), report().rows(.strong))
    #expect(weak.map(\.ranks) == [1, 2])
    // 0.8 in the round in which both were fast, 1 in that in which both were slow.
    #expect(weak[1].efficiency(from: weak[0]).median == 0.9)
    #expect(weak[0].efficiency(from: weak[0]).median == 1)
    #expect(strong[1].efficiency(from: strong[0]).lower == 0.625)
    #expect(strong[1].efficiency(from: strong[0]).upper == 0.875)
  }

  @Test("the table has a part for each mode: step, its parts, efficiency, prediction")
  func table() {
    #expect(
      report().text == """
        a<b.yaml: MLP
        Machine, canonical

        weak scaling, 32 samples a rank, 2 lanes
        ranks  nodes    step  compute    wait  reduce  update  samples/s  efficiency       quartiles  predicted  off by
            1      1  1.50 s   1.00 s  500 ms  500 ms       0         21      100.0%  100.0 to 100.0
            2      1  1.63 s   1.00 s  500 ms  500 ms       0         39       90.0%    85.0 to 95.0     1.30 s  -20.0%

        strong scaling, 32 samples in all, 2 lanes
        ranks  nodes    step  compute    wait  reduce  update  samples/s  efficiency       quartiles  predicted  off by
            1      1  1.00 s   500 ms  250 ms  250 ms       0         32      100.0%  100.0 to 100.0
            2      1  750 ms   500 ms  250 ms  250 ms       0         43       75.0%    62.5 to 87.5     750 ms    0.0%
        """)
  }

  @Test("the JSON has the median seconds, their parts, efficiency and prediction of every number of ranks")
  func json() throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let decoded = try decoder.decode(Decoded.self, from: Data(report().json.utf8))
    #expect(decoded.measurements.map(\.mode) == ["weak", "weak", "strong", "strong"])
    #expect(decoded.measurements.map(\.ranks) == [1, 2, 1, 2])
    #expect(decoded.measurements.map(\.medianSeconds) == [1.5, 1.625, 1, 0.75])
    #expect(decoded.measurements.map(\.efficiency.median) == [1, 0.9, 1, 0.75])
    #expect(decoded.measurements.map(\.predictedSeconds) == [nil, 1.3, nil, 0.75])
    #expect(decoded.measurements[0].medianSecondsByPart.compute == 1)
  }

  private struct Decoded: Decodable {
    struct Measurement: Decodable {
      struct Efficiency: Decodable { let median: Double }
      let mode: String
      let ranks: Int
      let medianSeconds: Double
      let medianSecondsByPart: StepTimes
      let efficiency: Efficiency
      let predictedSeconds: Double?
    }
    let measurements: [Measurement]
  }

  @Test("the plot has a bar of four parts for every number of ranks, as tall as the step took, and escapes names")
  func plot() throws {
    let svg = ScalingPlot(report()).svg
    #expect(svg.hasPrefix("<svg ") && svg.hasSuffix("</svg>"))
    #expect(svg.contains("a&lt;b.yaml"))
    // Four in the legend, one behind all, four bars of four parts.
    #expect(svg.ranges(of: "<rect ").count == 5 + 4 * 4)
    #expect(svg.ranges(of: "stroke-dasharray").count == 1 + 2, "a line for each prediction, and one in the legend")
    // The axis of the strong panel ends at 1.5 s, 210 units up: a step of 1 s is 140 of them.
    let heights = svg.split(separator: "\n").filter { $0.hasPrefix("<rect x") }.compactMap { line in
      line.split(separator: "\"").dropFirst(7).first.flatMap { Double($0) }
    }
    let tallest = heights.suffix(8).prefix(4).reduce(0, +)
    #expect(abs(tallest - 140) < 0.1)
  }

  @Test(
    "the axis has marks at round numbers and room for the longest", arguments: [1e-6, 3.7e-4, 0.02, 0.99, 1, 5, 130])
  func axis(longest: Double) throws {
    let axis = Axis(longest: longest)
    #expect(axis.end >= longest)
    #expect((2...6).contains(axis.ticks.count - 1))
    #expect(axis.ticks[0] == 0 && axis.ticks.last == axis.end)
    #expect(Set(axis.ticks.map(axis.label)).count == axis.ticks.count)
  }
}
