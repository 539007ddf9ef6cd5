import FoundationEssentials
import TensorCore
import Testing

@testable import Benchmarks

@Suite struct ReportTests {
  /// 4 Gflop in 2, 4 and 1 seconds, beside a peak that is slow in the same rounds as the work.
  private func measurement() -> Measurement {
    let time = FakeTime()
    let workload = time.workload("a 2x2", work: .operations(4e9)) { _ in 0 }
    let peak = time.workload("multiply-add peak", family: "peak", work: .operations(1e9)) { _ in 0 }
    let triad = time.workload("triad", family: "peak", work: .bytes(7)) { _ in 0 }
    return Measurement(
      workload, seconds: [2, 4, 1], peaks: [(triad, [1, 1, 1]), (peak, [0.25, 0.5, 0.0625])])
  }

  private func report() -> Report {
    let time = FakeTime()
    let stream = time.workload("add", work: .bytes(3e6)) { _ in 0 }
    let latency = time.workload("fork-join") { _ in 0 }
    let peak = time.workload("triad", family: "peak", work: .bytes(1e6)) { _ in 0 }
    return Report(
      processor: "Machine", instructionSet: .avx2, threads: 2, rounds: 3,
      measurements: [
        measurement(), Measurement(stream, seconds: [0.002], peaks: [(peak, [0.0005])]),
        Measurement(latency, seconds: [2e-6], peaks: []),
      ],
      peaks: [Measurement(peak, seconds: [0.0005], peaks: [])])
  }

  @Test("the share of the peak is the median of the shares of the rounds, of the peak of the same kind")
  func share() {
    let measurement = measurement()
    #expect(measurement.seconds.median == 2)
    #expect(measurement.rate == 2e9)
    // 0.5, 0.5 and 0.25 in the rounds; the peak's own median over the median would be the same here only by chance.
    #expect(measurement.shareOfPeak == 0.5)
  }

  @Test("the table stands in columns: times, rates and shares")
  func table() {
    #expect(
      report().text == """
        Machine, avx2, 2 threads, 3 rounds

                       median    quartile    quartile         rate  of peak
        a 2x2         2.000 s     1.500 s     3.000 s  2.0 GFLOP/s    50.0%
        add          2.000 ms    2.000 ms    2.000 ms     1.5 GB/s    75.0%
        fork-join    2.000 µs    2.000 µs    2.000 µs
        triad      500.000 µs  500.000 µs  500.000 µs     2.0 GB/s
        """)
  }

  @Test("the JSON has the median seconds, the rate and the parameters of every measurement")
  func json() throws {
    let json = try report().json
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let decoded = try decoder.decode(Decoded.self, from: Data(json.utf8))
    #expect(decoded.instructionSet == "avx2")
    #expect(decoded.threads == 2)
    #expect(decoded.measurements.map(\.medianSeconds) == [2, 0.002, 2e-6])
    #expect(decoded.measurements.map(\.gflopPerSecond) == [2, nil, nil])
    #expect(decoded.measurements.map(\.gigabytesPerSecond) == [nil, 1.5, nil])
    #expect(decoded.measurements.map(\.shareOfPeak) == [0.5, 0.75, nil])
    #expect(decoded.measurements.map(\.parameters) == Array(repeating: ["size": 3], count: 3))
    #expect(decoded.peaks.map(\.gigabytesPerSecond) == [2])
  }

  private struct Decoded: Decodable {
    struct Measurement: Decodable {
      let name: String
      let parameters: [String: Int]
      let medianSeconds: Double
      let gflopPerSecond: Double?
      let gigabytesPerSecond: Double?
      let shareOfPeak: Double?
    }
    let instructionSet: String
    let threads: Int
    let measurements: [Measurement]
    let peaks: [Measurement]
  }
}
