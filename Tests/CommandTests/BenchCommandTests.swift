import FoundationEssentials
import TensorCore
import TestSupport
import Testing

extension CommandTests {
  /// What is measured is no test's business, only that it is.
  @Suite struct BenchCommandTests {
    private let workplace: Workplace

    init() throws { workplace = try Workplace() }

    @Test("a measurement goes to the table, and as JSON to a file or, alone, to stdout")
    func outputs() throws {
      let arguments = ["bench", "matmul", "--shape", "8x16x4", "--layout", "TN", "--rounds", "1"]
      let file = workplace.path + "/matmul.json"
      let table = try workplace.start(arguments + ["--json", file]).wait()
      #expect(table.exitCode == 0, "\(table.standardError)")
      #expect(table.standardOutput.contains("\nTN 8x16x4 "))
      #expect(table.standardOutput.contains("\nmultiply-add peak "))
      let json = try workplace.start(arguments + ["--json", "-"]).wait()
      for bytes in [Data(try workplace.folder.bytes("matmul.json")), Data(json.standardOutput.utf8)] {
        let report = try JSONDecoder().decode(BenchReport.self, from: bytes)
        #expect(report.measurements.map(\.name) == ["TN 8x16x4"])
        #expect(report.measurements.allSatisfy { $0.medianSeconds > 0 })
      }
    }

    @Test("another program may alternate: it gets the list, then an answer for each line")
    func alternate() throws {
      let program = try workplace.start(["bench", "matmul", "--shape", "8x8x8", "--layout", "NN", "--alternate"])
      let output = try program.wait()
      #expect(output.exitCode == 0)
      #expect(output.standardOutput.hasPrefix(#"{"workloads":[{"family":"matmul","name":"NN 8x8x8","#))
    }

    @Test(
      "mistakes on the command line end with status 64",
      arguments: [
        ["matmul", "--shape", "256x3072"], ["matmul", "--shape", "0x1x1"], ["matmul", "--layout", "XX"],
        ["matmul", "--isa", "sse"], ["matmul", "--filter", "no such workload"], ["elementwise", "--rounds", "0"],
        ["elementwise", "--threads", "\(Processor.affinity().count + 1)"],
        ["elementwise", "--json", "-", "--alternate"],
      ])
    func mistakes(arguments: [String]) throws {
      let output = try workplace.start(["bench"] + arguments).wait()
      #expect(output.exitCode == 64)
      #expect(output.standardOutput == "")
      #expect(output.standardError.hasPrefix("Error: "))
    }

    @Test("a file that cannot be written is told before anything is measured")
    func unwritable() throws {
      let output = try workplace.start(["bench", "matmul", "--json", workplace.path + "/no/file.json"]).wait()
      #expect(output.exitCode == 73)
      #expect(!output.standardError.contains("round"))
    }

    @Test("more threads than processors are used where training is told to, with a word from the first rank")
    func threadsInTurn() throws {
      let threads = Processor.affinity().count + 1
      let output = try workplace.startTraining("run", ["--steps", "1", "--threads", "\(threads)"], ranks: 2).wait()
      #expect(output.exitCode == 0, "\(output.standardError)")
      #expect(output.standardError.ranges(of: "--threads \(threads) is more than a rank's share").count == 1)
    }
  }
}

private struct BenchReport: Decodable {
  struct Measurement: Decodable {
    let name: String
    let medianSeconds: Double

    private enum CodingKeys: String, CodingKey {
      case name
      case medianSeconds = "median_seconds"
    }
  }
  let measurements: [Measurement]
}
