import ArgumentParser
import Collectives
import TensorCore
import Training

/// `revoada eval`: judges a trained model by data.
struct EvalCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval",
    abstract: "Judge a trained model by data: loss, perplexity, bits per byte, accuracy.",
    discussion: """
      The data are those of the run's config.yaml, of which --set changes keys; a language model that was trained \
      elsewhere is judged by --data. Texts are cut by the run's own tokenizer. Under mpirun the ranks share the data, to \
      the same bits as one rank.

      Examples:
        revoada eval --checkpoint runs/verdict-gpt
        mpirun -n 2 revoada eval --checkpoint runs/digits-mlp --part test --json digits.json
        revoada eval --checkpoint runs/sms-spam --set data.path=other.tsv --part all
        revoada eval --checkpoint gpt2 --data story.txt --set data.context=256
      """)

  @Option(help: ArgumentHelp("A run's folder, or a checkpoint's.", valueName: "dir"))
  var checkpoint: String

  @Option(help: "training, validation, test or all; by default the first there is of validation, test and training.")
  var part: EvaluationRequest.Part?

  @Option(
    help: ArgumentHelp("A text, or folder of texts, to judge a language model by: all of it.", valueName: "path"),
    completion: .file())
  var data: String?

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("Override a key of the run's configuration; may be repeated.", valueName: "section.key=value"))
  var overrides: [String] = []

  @Option(help: ArgumentHelp("A tokenizer's file or folder; the run's own by default.", valueName: "path"))
  var tokenizer: String?

  @Option(help: ArgumentHelp("Write the figures as JSON too.", valueName: "file"))
  var json: String?

  @Option(help: ArgumentHelp("Threads of each rank; its share of the cores by default.", valueName: "n"))
  var threads: Int?

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads \(threads): a rank has at least one thread.") }
    if data != nil, let part, part != .all {
      throw ValidationError("--part \(part.rawValue): of --data all is judged.")
    }
  }

  func run() throws {
    try ParallelWorld.run { group in
      group.abortOnFailure(report: ErrorReport.print) { try evaluate(on: group) }
    }
  }

  private func evaluate(on group: any ProcessGroup) throws {
    let share = try group.threadsPerRank()
    let backend = try group.agree {
      Backend(instructionSet: try chosenInstructionSet(), threads: threads ?? share)
    }
    var request = EvaluationRequest(path: checkpoint)
    request.overrides = overrides
    request.text = data
    request.tokenizer = tokenizer
    request.part = part
    let report = try request.evaluate(on: backend, in: group) { text in
      if group.rank == 0 { writeToStandardError(text + "\n") }
    }
    try group.agree {
      guard group.rank == 0 else { return }
      if let json { try report.write(to: json) }
      print(report.table)
    }
  }
}

extension EvaluationRequest.Part: ExpressibleByArgument {}
