import Collectives
import Tables
import TensorCore
import TestSupport
import Testing

@testable import Benchmarks

@Suite struct AllReduceBenchmarkTests {
  private func options(_ sizes: [Int], ranksPerNode: Int? = nil) -> AllReduceBenchmark.Options {
    var options = AllReduceBenchmark.Options(
      sizes: sizes.map(ByteSize.init), rounds: 2, ranksPerNode: ranksPerNode)
    options.blockSeconds = 1e-4
    return options
  }

  @Test("all ranks measure the same blocks, of every size and algorithm", arguments: 1...3)
  func onOneNode(ranks: Int) throws {
    let options = options([4, 70_000])
    let reports = try InProcessGroup.run(ranks: ranks) { group in
      try AllReduceBenchmark(options, on: group, backend: Backend()).report { _ in }
    }
    for report in reports {
      #expect(report.rows.map(\.size.bytes) == [4, 70_000])
      #expect(report.rows.allSatisfy { $0.timings.map(\.algorithm) == [.mpi, .canonical] })
      #expect(report.rows.allSatisfy { row in row.timings.allSatisfy { $0.rounds.count == 2 } })
      #expect(report == reports[0], "times are the slowest rank's, so every rank has the same")
    }
  }

  @Test("between nodes the rounded sum is measured, too")
  func overNodes() throws {
    let options = options([70_000], ranksPerNode: 1)
    let reports = try InProcessGroup.run(ranks: 2) { group in
      try AllReduceBenchmark(options, on: group, backend: Backend()).report { _ in }
    }
    #expect(reports[0].nodes == 2)
    #expect(reports[0].rows[0].timings.map(\.algorithm) == AllReduceAlgorithm.allCases)
  }

  @Test("a size that shared memory has no room for is left out, with a word about it")
  func noRoom() throws {
    let options = options([1 << 10, 1 << 20])
    let notes = try InProcessGroup.run(ranks: 2, shareableByteCount: 1 << 20) { group in
      var notes: [String] = []
      let report = try AllReduceBenchmark(options, on: group, backend: Backend()).report { notes.append($0) }
      return notes + report.rows.map(\.size.description)
    }
    #expect(notes[0].count == 3 && notes[0][1].contains("left out") && notes[0][2] == "1KiB")
  }

  @Test("a sum that is wrong anywhere is an error with its place")
  func wrongSum() throws {
    #expect(
      throws: AllReduceError.wrong(.mpi, count: 40, index: 7, sum: 8, expected: 3, rank: 0)
    ) {
      try InProcessGroup.run(ranks: 2) { group in
        let honest = AllReduce.mpi(count: 40, on: group)
        let wrong = AllReduce(
          algorithm: .mpi, values: honest.values,
          run: {
            try honest.run()
            honest.values[7] = 8
          }, free: honest.free)
        try wrong.verify(on: group)
      }
    }
  }
}
