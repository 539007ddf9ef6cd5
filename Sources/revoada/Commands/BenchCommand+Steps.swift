import ArgumentParser
import Checkpoints
import Collectives
import Files
import FoundationEssentials
import Tables
import TensorCore
import Training

extension BenchCommand {
  struct Steps: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Training steps of a configuration, on the ranks it was started with.",
      discussion: """
        Only steps are timed: nothing is evaluated, saved or left on disk. The figures are the slowest rank's.

        Examples:
          revoada bench steps configs/digits-mlp.yaml --steps 200
          mpirun -n 2 revoada bench steps configs/digits-mlp.yaml --set training.batch=128 --json steps.json
        """)

    @OptionGroup var subject: MeasuredConfiguration

    @Option(help: ArgumentHelp("Steps to measure.", valueName: "n"))
    var steps = 50

    @Option(
      help: ArgumentHelp("Also write the figures to a file, as JSON; - is stdout, without the text.", valueName: "file")
    )
    var json: String?

    func validate() throws {
      if steps < 1 { throw ValidationError("--steps \(steps): a measurement takes at least one step.") }
    }

    func run() throws {
      try ParallelWorld.run { group in
        group.abortOnFailure(report: ErrorReport.print) { try measure(on: group) }
      }
    }

    private func measure(on group: any ProcessGroup) throws {
      let settings = try group.agree { try subject.settings() }
      let backend = try group.agree { Backend(instructionSet: try chosenInstructionSet(), threads: subject.threads) }
      let isFirst = group.rank == 0
      let file = try group.agree {
        isFirst && json != "-" ? try json.map { try LocalFileSystem().createFile($0) } : nil
      }
      let environment = RunEnvironment(
        group: group, backend: backend, fileSystem: LocalFileSystem(), display: SilentDisplay(),
        programDigest: { try fileDigest(of: "/proc/self/exe", in: LocalFileSystem()) }, isInterrupted: { false })
      let run = try TrainingRun(measuring: steps, of: settings, in: environment)
      let measurement = try run.measure()
      try run.close()
      try group.agree {
        guard isFirst else { return }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        let text = String(decoding: try encoder.encode(measurement), as: UTF8.self)
        try file?.writeAll(text)
        print(json == "-" ? text : measurement.text)
      }
    }
  }
}
