import ArgumentParser
import Benchmarks
import Checkpoints
import Files
import FoundationEssentials
import Launching
import Planning
import TensorCore
import Training

extension BenchCommand {
  struct Scaling: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "How a configuration's training step scales over ranks.",
      discussion: """
        Weak scaling: the batch grows with the ranks, a lane each. Strong scaling: one batch, a lane for each of the \
        most ranks. Short jobs of all take turns, several rounds. What docs/cost-model.md predicts from the fewest \
        ranks stands beside what was measured.

        Examples:
          revoada bench scaling configs/digits-mlp.yaml --ranks 1,2,4 --plot scaling.svg
          revoada bench scaling configs/digits-mlp.yaml --ranks 1,2 --hosts a:1,b:1 --weak
        """)

    @OptionGroup var subject: MeasuredConfiguration

    @Option(help: ArgumentHelp("Numbers of ranks, with commas between.", valueName: "list"))
    var ranks: RankCounts = RankCounts(counts: [1, 2])

    @Option(help: ArgumentHelp("The machines and how many ranks each takes: a:2,b:2", valueName: "list"))
    var hosts: String?

    @Flag(help: "Only weak scaling.")
    var weak = false

    @Flag(help: "Only strong scaling.")
    var strong = false

    @Option(help: ArgumentHelp("Steps of each job.", valueName: "n"))
    var steps = 30

    @Option(help: ArgumentHelp("Jobs for each number of ranks.", valueName: "n"))
    var rounds = 5

    @Option(help: ArgumentHelp("Also write the figures to a file, as JSON.", valueName: "file"))
    var json: String?

    @Option(help: ArgumentHelp("Also draw the step times, as an SVG image.", valueName: "file"))
    var plot: String?

    func validate() throws {
      if steps < 1 { throw ValidationError("--steps \(steps): a job has at least one step.") }
      if rounds < 1 { throw ValidationError("--rounds \(rounds): a median needs at least one round.") }
      if weak && strong { throw ValidationError("Give --weak or --strong, or neither for both.") }
    }

    func run() async throws {
      let settings = try subject.settings()
      let files = LocalFileSystem()
      // Before measuring: whoever cannot write should not have to wait for it.
      let jsonFile = try json.map { try files.createFile($0) }
      let plotFile = try plot.map { try files.createFile($0) }
      let rows = try await measure(jobs(settings))
      let name = subject.config.split(separator: "/").last.map(String.init) ?? subject.config
      let report = ScalingReport(processor: Processor.name, configuration: name, rows: rows)
      try jsonFile?.writeAll(report.json)
      try plotFile?.writeAll(ScalingPlot(report).svg)
      print(report.text)
    }

    /// A number of ranks in one mode.
    private struct Job {
      let mode: ScalingReport.Mode
      let ranks: Int
      let overrides: [String]
    }

    private func jobs(_ settings: RunConfiguration) -> [Job] {
      let modes = weak ? [.weak] : strong ? [.strong] : ScalingReport.Mode.allCases
      let batch = settings.training.batch
      let most = ranks.counts.max() ?? 1
      return modes.flatMap { mode in
        ranks.counts.map { ranks in
          let (samples, lanes) = mode == .weak ? (batch * ranks, ranks) : (batch, most)
          return Job(mode: mode, ranks: ranks, overrides: ["training.batch=\(samples)", "training.lanes=\(lanes)"])
        }
      }
    }

    private func measure(_ jobs: [Job]) async throws -> [ScalingReport.Row] {
      let machine = try await Machine.detect()
      let plans = try jobs.map { job in try LaunchPlan(request(job), on: machine) }
      var results = [[StepMeasurement]](repeating: [], count: jobs.count)
      for round in 0..<rounds {
        let turns = Array(jobs.indices)
        for index in round.isMultiple(of: 2) ? turns : turns.reversed() {
          let job = jobs[index]
          writeToStandardError("bench scaling: round \(round + 1) of \(rounds), \(job.mode.rawValue), \(job.ranks)\n")
          let output = try await plans[index].output { writeToStandardError("revoada: \($0)\n") }
          results[index].append(try JSONDecoder().decode(StepMeasurement.self, from: Data(output.utf8)))
        }
      }
      return jobs.indices.map { index in
        let base = jobs.firstIndex { $0.mode == jobs[index].mode } ?? index
        return ScalingReport.Row(
          mode: jobs[index].mode, rounds: results[index],
          predicted: index == base ? nil : ScalingPrediction(from: results[base])?.seconds(of: results[index]))
      }
    }

    private func request(_ job: Job) throws -> LaunchRequest {
      let hosts = try hosts.map { try HostList(option: $0) }
      return subject.job(steps: steps, ranks: job.ranks, hosts: hosts, keys: job.overrides)
    }
  }
}

/// Numbers of ranks as they stand on the command line: `1,2,4`, ascending.
struct RankCounts: ExpressibleByArgument, CustomStringConvertible {
  let counts: [Int]

  init(counts: [Int]) { self.counts = counts }

  init?(argument: String) {
    let words = argument.split(separator: ",", omittingEmptySubsequences: false)
    let numbers = words.compactMap { Int($0) }.filter { (1...LaunchPlan.maximumRanks).contains($0) }
    guard numbers.count == words.count, Set(numbers).count == numbers.count else { return nil }
    counts = numbers.sorted()
  }

  var description: String { counts.map(String.init).joined(separator: ",") }

  var defaultValueDescription: String { description }
}
