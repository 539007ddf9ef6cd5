import TestSupport
import Testing

extension CommandTests {
  @Suite struct DryRunTests {
    private let workplace: Workplace
    private var configuration: String { workplace.path + "/clouds.yaml" }

    init() throws { workplace = try Workplace() }

    @Test("train --dry-run prints a configuration that reads back as itself, and leaves nothing behind")
    func resolved() throws {
      let first = try workplace.revoada(
        "train", configuration, "--run", workplace.path + "/run", "--steps", "33", "--set", "optimizer.beta1=0.8",
        "--dry-run")
      #expect(first.exitCode == 0)
      #expect(first.standardError == "")
      #expect(first.standardOutput.contains("steps: 33\n"))
      #expect(first.standardOutput.contains("beta1: 0.8\n"))
      #expect(first.standardOutput.contains("path: \(workplace.path)/clouds.csv\n"))
      try workplace.folder.write(first.standardOutput, to: "elsewhere/resolved.yaml")
      let second = try workplace.revoada("train", workplace.path + "/elsewhere/resolved.yaml", "--dry-run")
      // The comments tell a speed, which is another each time.
      func keys(_ text: String) -> [Substring] { text.split(separator: "\n").filter { !$0.hasPrefix("#") } }
      #expect(keys(second.standardOutput) == keys(first.standardOutput))
      #expect(!workplace.folder.exists("run"))
    }

    @Test("it tells what a step takes: parameters, work, memory, speed")
    func estimate() throws {
      let output = try workplace.revoada("train", configuration, "--dry-run")
      let comments = output.standardOutput.split(separator: "\n").prefix { $0.hasPrefix("# ") }
      #expect(comments.count == 4)
      #expect(comments[0].hasSuffix(" parameters"))
      #expect(comments[1].contains(" samples, ") && comments[1].hasSuffix("FLOP"))
      #expect(comments[2].contains("parameters ") && comments[2].contains("optimizer state "))
      #expect(comments[3].contains(" samples/s of 1 rank at the "))
    }

    @Test("on several ranks it is printed once")
    func once() throws {
      let output = try workplace.revoada("train", configuration, "--dry-run", ranks: 2)
      #expect(output.exitCode == 0)
      #expect(output.standardOutput.ranges(of: "model:\n").count == 1)
    }

    @Test("the config.yaml of a run trains to the same digest from anywhere")
    func written() throws {
      let digest = try workplace.train("run").parametersDigest
      let output = try workplace.revoada(
        "train", workplace.path + "/run/config.yaml", "--run", workplace.path + "/again")
      #expect(output.exitCode == 0)
      #expect(try workplace.summary("again").parametersDigest == digest)
    }

    @Test("launch --dry-run prints the mpirun command on one line and runs nothing")
    func launch() throws {
      let output = try workplace.revoada(
        "launch", "-n", "2", configuration, "--run", workplace.path + "/a run", "--set", "training.seed=7", "--dry-run")
      #expect(output.exitCode == 0)
      #expect(output.standardError == "")
      #expect(output.standardOutput.split(separator: "\n").count == 1)
      #expect(output.standardOutput.contains("mpirun "))
      #expect(output.standardOutput.contains(" -n 2 "))
      #expect(output.standardOutput.contains(" train \(configuration) --run '\(workplace.path)/a run' "))
      #expect(output.standardOutput.contains(" --set training.seed=7 "))
      #expect(!workplace.folder.exists("a run"))
    }
  }
}
