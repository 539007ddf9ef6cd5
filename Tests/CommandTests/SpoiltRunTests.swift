import TestSupport
import Testing

extension CommandTests {
  /// Runs that cannot begin, or cannot go on, in a folder that already holds something worth keeping.
  @Suite struct SpoiltRunTests {
    private let workplace: Workplace

    init() throws { workplace = try Workplace() }

    @Test("a configuration that is not there, alone and on 2 ranks", arguments: [nil, 2])
    func missingConfiguration(ranks: Int?) throws {
      let path = workplace.path + "/nowhere.yaml"
      let output = try workplace.revoada("train", path, "--run", workplace.path + "/run", ranks: ranks)
      #expect(output.exitCode == 66)
      #expect(
        output.standardError.hasPrefix(
          "revoada: error: \(path): cannot read the configuration: No such file or directory\n  Check the path"))
      #expect(output.standardError.ranges(of: "revoada: error:").count == 1)
      #expect(!workplace.folder.exists("run"))
    }

    @Test("launch ends with the worker's status and its one message")
    func launched() throws {
      let output = try workplace.revoada("launch", "-n", "2", workplace.path + "/nowhere.yaml")
      #expect(output.exitCode == 66)
      #expect(output.standardError.ranges(of: "error:").count == 1)
    }

    @Test("an instruction set that the processor lacks is a mistake in the command")
    func instructionSet() throws {
      let output = try workplace.revoada(
        "train", workplace.path + "/clouds.yaml", "--run", workplace.path + "/run", ranks: 2,
        environment: ["REVOADA_ISA": "avx9"])
      #expect(output.exitCode == 64)
      #expect(output.standardError.contains("revoada: error: REVOADA_ISA=avx9 is not among what this processor has: "))
      #expect(output.standardError.ranges(of: "revoada: error:").count == 1)
      #expect(!workplace.folder.exists("run"))
    }

    /// Trains with other options into a folder with a finished run, which must stay as it is.
    private func expectRefusal(_ options: String..., status: Int32, _ message: String) throws {
      let before = try workplace.folder.contents("run")
      let digest = try workplace.digest("run")
      let configuration = try workplace.folder.text("run/config.yaml")
      let output = try workplace.startTraining("run", options, ranks: 2).wait()
      #expect(output.exitCode == status)
      #expect(output.standardError.contains("revoada: error: " + message), "\(output.standardError)")
      #expect(output.standardError.ranges(of: "revoada: error:").count == 1)
      #expect(try workplace.folder.contents("run") == before)
      #expect(try workplace.digest("run") == digest)
      #expect(try workplace.folder.text("run/config.yaml") == configuration)
    }

    @Test("a checkpoint of another model, of another configuration, of other data: named, and left as it is")
    func anotherRun() throws {
      try workplace.train("run", "--steps", "5")
      let checkpoint = workplace.path + "/run/checkpoints/step-00000005"
      try expectRefusal(
        "--set", "model.hidden=[9]", status: 65,
        "\(checkpoint) is a checkpoint of another model: its tensor 'layers.0.weight' has shape [5, 8], "
          + "here it is [5, 9] (and 2 more tensors differ)\n  Use the configuration it was trained with")
      try expectRefusal(
        "--set", "training.seed=9", status: 78,
        "\(checkpoint) holds a run with another configuration: training.seed is 1 there and 9 here\n  Choose another")
      try workplace.folder.write(cloudsTable().replacing(",2\n", with: ",1\n"), to: "other.csv")
      try expectRefusal(
        "--set", "data.path=\(workplace.path)/other.csv", "--set", "model.hidden=[8]", status: 65, "\(checkpoint) ")
    }

    // The limit stands for a full disk: both make a write fail in the middle of a file.
    @Test("no room for a checkpoint: a clean end with status 73, the older one intact, and the same digest with room")
    func noRoom() throws {
      let wide = ["--set", "model.hidden=[600]"]
      let first = try workplace.startTraining("run", wide + ["--steps", "5"]).wait()
      #expect(first.exitCode == 0)
      let digest = try workplace.digest("run")
      let arguments = ["train", workplace.path + "/clouds.yaml", "--run", workplace.path + "/run"] + wide
      let limited = try RunningProcess(
        "/bin/sh", ["-c", #"ulimit -f 16; exec "$0" "$@""#, builtExecutable("revoada")] + arguments
      ).wait()
      #expect(limited.exitCode == 73)
      let start = "of step 10 was not saved in \(workplace.path)/run/checkpoints: cannot write "
      #expect(limited.standardError.contains("the checkpoint " + start))
      #expect(limited.standardError.contains("; training goes on, and saves again at step 15\n"))
      #expect(limited.standardError.contains("; it is tried once more\nrevoada: error: the checkpoint of step "))
      #expect(limited.standardError.contains(": File too large; older checkpoints are untouched\n  Raise the limit"))
      #expect(try workplace.checkpoints("run") == [5])
      #expect(try workplace.digest("run") == digest)
      #expect(try workplace.folder.contents("run").allSatisfy { !$0.contains(".partial") })

      #expect(try workplace.start(arguments).wait().exitCode == 0)
      let straight = try workplace.startTraining("straight", wide).wait()
      #expect(straight.exitCode == 0)
      #expect(try workplace.digest("run") == workplace.digest("straight"))
    }

    @Test("begun anew, the earlier checkpoints are set aside and can still be read")
    func anew() throws {
      let old = try workplace.train("run").parametersDigest
      let output = try workplace.startTraining("run", ["--set", "training.seed=2", "--resume", "none"], ranks: 2).wait()
      #expect(output.exitCode == 0)
      #expect(output.standardError.contains("earlier checkpoints are now in \(workplace.path)/run/checkpoints.old-1\n"))
      #expect(try workplace.digest("run/checkpoints.old-1") == old + "\n")
      #expect(try workplace.digest("run") != old + "\n")
    }
  }
}
