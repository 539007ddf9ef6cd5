import FoundationEssentials
import TestSupport
import Testing

extension CommandTests {
  /// `bench allreduce`, `bench steps`, `bench scaling` and `plan` on tiny problems: that they measure and say what.
  @Suite struct MeasuringCommandTests {
    private let workplace: Workplace
    private var config: String { workplace.path + "/clouds.yaml" }

    init() throws { workplace = try Workplace() }

    private func measurements(_ file: String) throws -> [Measured] {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      return try decoder.decode(Report.self, from: Data(workplace.folder.bytes(file))).measurements
    }

    @Test("bench allreduce alone starts two ranks, and tells what every algorithm takes for every size")
    func allReduceAlone() throws {
      let arguments = ["bench", "allreduce", "--size", "4KiB", "--size", "100KiB", "--rounds", "2"]
      let output = try workplace.start(arguments + ["--json", workplace.path + "/sums.json"]).wait()
      #expect(output.exitCode == 0, "\(output.standardError)")
      #expect(output.standardOutput.contains("2 ranks x 1 thread, 1 node"))
      #expect(output.standardOutput.contains("\n100KiB  "))
      let measured = try measurements("sums.json")
      #expect(measured.map(\.name) == ["mpi 4KiB", "canonical 4KiB", "mpi 100KiB", "canonical 100KiB"])
      #expect(measured.allSatisfy { $0.medianSeconds > 0 })
    }

    @Test("bench allreduce under mpirun uses the ranks it has, cut into nodes as told")
    func allReduceInJob() throws {
      let arguments = ["bench", "allreduce", "--size", "64KiB", "--rounds", "2", "--ranks-per-node", "2"]
      let output = try workplace.start(arguments, ranks: 3).wait()
      #expect(output.exitCode == 0, "\(output.standardError)")
      #expect(output.standardOutput.contains("3 ranks x 1 thread, 2 nodes, buckets of"))
      #expect(output.standardOutput.contains("mpi/canonical bf16"))
    }

    @Test("bench steps measures the ranks it runs on and leaves nothing behind", arguments: [1, 2])
    func steps(ranks: Int) throws {
      let before = try FileManager.default.contentsOfDirectory(atPath: workplace.path).sorted()
      let arguments = ["bench", "steps", config, "--steps", "3", "--json", "-"]
      let output = try workplace.start(arguments, ranks: ranks).wait()
      #expect(output.exitCode == 0, "\(output.standardError)")
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      let measured = try decoder.decode(MeasuredSteps.self, from: Data(output.standardOutput.utf8))
      #expect(measured.ranks == ranks && measured.lanes == 4 && measured.batch == 8)
      #expect(measured.steps.count == 3 && measured.peakResidentBytes.count == ranks)
      #expect(measured.steps.allSatisfy { $0.seconds > 0 && $0.parts.compute > 0 })
      #expect(try FileManager.default.contentsOfDirectory(atPath: workplace.path).sorted() == before)
    }

    @Test("bench scaling tells step time and efficiency for every number of ranks, weak and strong, and draws them")
    func scaling() throws {
      let arguments = ["bench", "scaling", config, "--ranks", "1,2", "--steps", "2", "--rounds", "1"]
      let files = ["--json", workplace.path + "/scaling.json", "--plot", workplace.path + "/scaling.svg"]
      let output = try workplace.start(arguments + files).wait()
      #expect(output.exitCode == 0, "\(output.standardError)")
      #expect(output.standardOutput.contains("weak scaling, 8 samples a rank, a lane a rank"))
      #expect(output.standardOutput.contains("strong scaling, 8 samples in all, 2 lanes"))
      let measured = try measurements("scaling.json")
      #expect(measured.map(\.ranks) == [1, 2, 1, 2])
      #expect(measured.map { $0.predictedSeconds == nil } == [true, false, true, false])
      #expect(try workplace.folder.text("scaling.svg").hasPrefix("<svg "))
    }

    @Test("plan predicts node counts, and with a profile it need not measure again")
    func plan() throws {
      let arguments = ["plan", config, "--nodes", "1..4", "--ranks-per-node", "1", "--steps", "2"]
      let profile = ["--profile", workplace.path + "/machine.json", "--json", workplace.path + "/plan.json"]
      let first = try workplace.start(arguments + profile).wait()
      #expect(first.exitCode == 0, "\(first.standardError)")
      let lines = first.standardOutput.split(separator: "\n").suffix(3)
      #expect(
        lines.map { $0.split(separator: " ").prefix(3) } == [["1", "1", "8"], ["2", "2", "16"], ["4", "4", "32"]])
      try FileManager.default.removeItem(atPath: workplace.path + "/clouds.csv")
      let again = try workplace.start(arguments + profile).wait()
      #expect(again.exitCode == 0, "\(again.standardError)")
      #expect(again.standardOutput == first.standardOutput)
    }

    @Test("a profile of other lanes, a batch that cannot be shared out and a folder that is missing are told")
    func refused() throws {
      let profile = ["--profile", workplace.path + "/machine.json", "--ranks-per-node", "1", "--steps", "1"]
      #expect(try workplace.start(["plan", config, "--nodes", "1"] + profile).wait().exitCode == 0)
      let other = try workplace.start(["plan", config, "--nodes", "1", "--set", "training.batch=16"] + profile).wait()
      #expect(other.exitCode == 64 && other.standardError.contains("lanes of 8 samples"))
      let uneven = try workplace.start(["plan", config, "--nodes", "1..16", "--strong"] + profile).wait()
      #expect(uneven.exitCode == 64 && uneven.standardError.contains("cannot be split into 16 equal lanes"))
      let file = ["--json", workplace.path + "/no/file.json"]
      let unwritable = try workplace.start(["bench", "scaling", config, "--ranks", "1"] + file).wait()
      #expect(unwritable.exitCode == 73 && !unwritable.standardError.contains("round"))
    }

    @Test(
      "mistakes on the command line end with status 64",
      arguments: [
        ["bench", "allreduce", "--size", "4kB"], ["bench", "allreduce", "--size", "2"],
        ["bench", "allreduce", "--algorithm", "ring"], ["bench", "allreduce", "--rounds", "0"],
        ["bench", "steps", "a.yaml", "--steps", "0"], ["bench", "scaling", "a.yaml", "--ranks", "1,1"],
        ["bench", "scaling", "a.yaml", "--weak", "--strong"], ["plan", "a.yaml", "--nodes", "4..1"],
        ["plan", "a.yaml", "--latency", "2"], ["plan", "a.yaml", "--bandwidth", "0Gb/s"],
      ])
    func mistakes(arguments: [String]) throws {
      let output = try workplace.start(arguments).wait()
      #expect(output.exitCode == 64)
      #expect(output.standardOutput == "")
    }
  }
}

private struct Report: Decodable { let measurements: [Measured] }

private struct Measured: Decodable {
  let name: String?
  let ranks: Int?
  let medianSeconds: Double
  let predictedSeconds: Double?
}

private struct MeasuredSteps: Decodable {
  struct Step: Decodable {
    struct Parts: Decodable { let compute: Double }
    let seconds: Double
    let parts: Parts
  }
  let ranks: Int
  let lanes: Int
  let batch: Int
  let steps: [Step]
  let peakResidentBytes: [Int]
}
