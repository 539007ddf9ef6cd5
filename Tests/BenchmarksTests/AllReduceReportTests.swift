import FoundationEssentials
import Tables
import Testing

@testable import Benchmarks

@Suite struct AllReduceReportTests {
  private func report() -> AllReduceReport {
    AllReduceReport(
      processor: "Machine", instructionSet: .avx2, threads: 1, ranks: 4, nodes: 2, bucket: ByteSize(1 << 20),
      rows: [
        AllReduceReport.Row(
          size: ByteSize(1 << 10),
          timings: [
            .init(.mpi, calls: 100, [2e-6, 4e-6, 3e-6]), .init(.canonical, calls: 200, [1e-6, 1e-6, 3e-6]),
          ]),
        AllReduceReport.Row(
          size: ByteSize(4 << 20),
          timings: [.init(.mpi, calls: 1, [0.004]), .init(.canonical, calls: 2, [0.001])]),
      ])
  }

  @Test("the ratio is the median of the rounds' ratios, not the ratio of the medians")
  func ratio() {
    // 2, 4 and 1: in the round in which one was slow the other was, too.
    let ratio = report().rows[0].ratio(to: .canonical)
    #expect(ratio?.median == 2)
    #expect(ratio?.lower == 1.5)
    #expect(ratio?.upper == 3)
    #expect(report().rows[0].ratio(to: .mpi) == nil)
    #expect(report().rows[0].ratio(to: .canonicalBF16) == nil)
  }

  @Test("the table has time and bandwidth of every algorithm, and how many times as long MPI takes")
  func table() {
    #expect(
      report().text == """
        Machine, avx2, 4 ranks x 1 thread, 2 nodes, buckets of 1MiB

        size       mpi  GB/s  canonical  GB/s  mpi/canonical     quartiles
        1KiB  3.000 µs  0.34   1.000 µs  1.02           2.00  1.50 to 3.00
        4MiB  4.000 ms  1.05   1.000 ms  4.19           4.00  4.00 to 4.00
        """)
  }

  @Test("the JSON has the median seconds and the bytes a second of every measurement, and the ratios")
  func json() throws {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let decoded = try decoder.decode(Decoded.self, from: Data(report().json.utf8))
    #expect(decoded.measurements.map(\.name) == ["mpi 1KiB", "canonical 1KiB", "mpi 4MiB", "canonical 4MiB"])
    #expect(decoded.measurements.map(\.medianSeconds) == [3e-6, 1e-6, 0.004, 0.001])
    #expect(decoded.measurements[1].bytesPerSecond == 1.024e9)
    #expect(decoded.measurements.map(\.mpiSecondsRatio?.median) == [nil, 2, nil, 4])
  }

  private struct Decoded: Decodable {
    struct Measurement: Decodable {
      struct Ratio: Decodable { let median: Double }
      let name: String
      let medianSeconds: Double
      let bytesPerSecond: Double
      let mpiSecondsRatio: Ratio?
    }
    let measurements: [Measurement]
  }
}
