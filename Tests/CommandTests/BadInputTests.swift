import TestSupport
import Testing

extension CommandTests {
  /// Everything a user can get wrong, told once by two ranks, with the status that scripts go by.
  @Suite struct BadInputTests {
    /// One wrong input. `DIR` stands for the folder it is in.
    struct Case: CustomTestStringConvertible, Sendable {
      let testDescription: String
      var files: [String: [UInt8]] = [:]
      var options: [String] = []
      let status: Int32
      let message: String
      let remedy: String?

      init(
        _ description: String, yaml: String? = nil, files: [String: [UInt8]] = [:], options: [String] = [],
        status: Int32, _ message: String, _ remedy: String?
      ) {
        testDescription = description
        self.files = files
        if let yaml { self.files["clouds.yaml"] = Array(yaml.utf8) }
        self.options = options
        self.status = status
        self.message = message
        self.remedy = remedy
      }
    }

    @Test(
      "told once, with place, remedy and status; nothing is left behind", arguments: configurations + tables + images)
    func refused(input: Case) throws {
      let workplace = try Workplace()
      for (name, bytes) in input.files { try workplace.folder.write(bytes, to: name) }
      func filled(_ text: String) -> String { text.replacing("DIR", with: workplace.path) }
      let before = try workplace.folder.contents("")
      let output = try workplace.startTraining("run", input.options.map(filled), ranks: 2).wait()
      #expect(output.exitCode == input.status)
      #expect(output.standardOutput == "")
      #expect(output.standardError.ranges(of: "revoada: error:").count == 1)
      let expected = (["revoada: error: " + input.message] + [input.remedy].compactMap { $0 }).joined(separator: "\n  ")
      #expect(output.standardError.contains(filled(expected) + "\n"), "\(output.standardError)")
      #expect(try workplace.folder.contents("") == before)
    }

    @Test("a mistake on the command line is told once by two ranks, with the usage")
    func usage() throws {
      let output = try Workplace().startTraining("run", ["--bogus"], ranks: 2).wait()
      #expect(output.exitCode == 64)
      #expect(output.standardError.ranges(of: "Unknown option '--bogus'").count == 1)
      #expect(output.standardError.contains("Usage: revoada train <config>"))
    }

    private static let good = Workplace.model + Workplace.data

    static let configurations = [
      Case(
        "not YAML", yaml: "model: [1, 2\n", status: 78,
        "DIR/clouds.yaml:2:1: not YAML: did not find expected ',' or ']'",
        nil),
      Case(
        "an unknown key", yaml: good + "training: {lanez: 2}\n", status: 78,
        "DIR/clouds.yaml:3: unknown key 'lanez' in training", "did you mean 'lanes'?"),
      Case(
        "an unknown key on the command line", options: ["--set", "optimizer.learning_rat=1"], status: 78,
        "--set optimizer.learning_rat=1: unknown key 'learning_rat' in optimizer", "did you mean 'learning_rate'?"),
      Case(
        "a choice that does not exist", yaml: good + "optimizer: {kind: adamm}\n", status: 78,
        "DIR/clouds.yaml:3: optimizer.kind is 'adamm', but must be one of sgd, rmsprop, adam, adamw",
        "did you mean 'adam'?"),
      Case(
        "text for a number", yaml: good + "training:\n  batch: many\n", status: 78,
        "DIR/clouds.yaml:4: training.batch is 'many', but must be a whole number, from 1 to 16777216", nil),
      Case(
        "a number out of range", yaml: good + "training:\n  epochs: 0\n", status: 78,
        "DIR/clouds.yaml:4: training.epochs is '0', but must be a whole number, at least 1", nil),
      Case(
        "an override that is none", options: ["--set", "training.lanes"], status: 64,
        "--set training.lanes: not of the form key=value", "For example: --set training.lanes=4"),
      Case(
        "lanes that do not divide the batch", yaml: good + "training:\n  batch: 8\n  lanes: 3\n", status: 78,
        "DIR/clouds.yaml:5: training.batch 8 cannot be split into 3 equal lanes",
        "Choose a batch that is a multiple of 3: 6 or 9."),
      Case(
        "more ranks than lanes", options: ["--set", "training.lanes=1"], status: 78,
        "2 ranks for 1 lanes: a rank would have no work",
        "Use at most 1 ranks, or begin a new run (--run or --resume none) with training.lanes a multiple of 2."),
      Case(
        "a checkpoint that is not there", options: ["--resume", "DIR/nowhere"], status: 66,
        "DIR/nowhere: no checkpoint to resume from", "Give a checkpoint, or a run's folder that has one."),
      Case(
        "a file where the run's folder should be", options: ["--run", "DIR/clouds.csv"], status: 73,
        "cannot open DIR/clouds.csv/lock: Not a directory",
        "A part of that path is a file, not a folder: choose another one."),
    ]
  }
}
