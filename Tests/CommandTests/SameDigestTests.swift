import Glibc
import KernelInterface
import TensorCore
import TestSupport
import Testing

extension CommandTests {
  /// However the program is started, stopped and started again: the same losses, the same digest.
  @Suite struct SameDigestTests {
    private let workplace: Workplace

    init() throws { workplace = try Workplace() }

    @Test("alone and on 1 to 4 ranks, on one node or several: the same results and the same digest")
    func ranks() throws {
      let alone = try workplace.train("alone")
      #expect(alone.training.steps == 20 && alone.training.lanes == 4)
      for ranks in 1...4 {
        let summary = try workplace.train("on\(ranks)", ranks: ranks)
        #expect(summary.machine.ranks == ranks && summary.machine.nodes == 1)
        #expect(summary.results == alone.results)
        #expect(summary.parametersDigest == alone.parametersDigest)
        #expect(try workplace.digest("on\(ranks)") == alone.parametersDigest + "\n")
      }
      let nodes = try workplace.train("nodes", "--set", "collective.ranks_per_node=2", ranks: 3)
      #expect(nodes.machine.nodes == 2)
      #expect(nodes.parametersDigest == alone.parametersDigest)
    }

    @Test("begun on 2 ranks and gone on with alone, and the other way round")
    func otherRanks() throws {
      let straight = try workplace.train("straight").parametersDigest
      try workplace.train("down", "--steps", "7", ranks: 2)
      #expect(try workplace.train("down").parametersDigest == straight)
      try workplace.train("up", "--steps", "7")
      #expect(try workplace.train("up", ranks: 2).parametersDigest == straight)
    }

    /// Waits until the run has written a number of lines of metrics: it is in the middle of training.
    private func waitForMetrics(_ run: String, lines: Int, of process: RunningProcess) throws {
      try process.waitUntil("\(lines) lines of metrics") { _ in
        guard workplace.folder.exists("\(run)/metrics.jsonl") else { return false }
        return try workplace.folder.text("\(run)/metrics.jsonl").split(separator: "\n").count >= lines
      }
    }

    /// Goes on with `run` for ten more steps; the result is that of a run never stopped.
    private func expectToGoOn(_ run: String, ranks: Int?) throws {
      let reached = try #require(try workplace.checkpoints(run).last)
      let steps = "\(reached + 10)"
      let resumed = try workplace.train(run, "--steps", steps, ranks: ranks)
      let straight = try workplace.train("straight", "--steps", steps)
      #expect(resumed.training.steps == reached + 10)
      #expect(resumed.parametersDigest == straight.parametersDigest)
      #expect(resumed.results == straight.results)
    }

    @Test("^C alone: the step is finished and saved, the status is 75, and the same command goes on")
    func interruptedAlone() throws {
      let process = try workplace.startTraining("cut", ["--steps", "1000000", "--set", "checkpoint.every=0"])
      try waitForMetrics("cut", lines: 5, of: process)
      process.send(SIGINT)
      let output = try process.wait()
      #expect(output.exitCode == 75)
      let reached = try #require(try workplace.checkpoints("cut").last)
      #expect(
        output.standardError.contains(
          "revoada: interrupted after step \(reached); it is saved in \(workplace.path)/cut\n"
            + "  Run the same command again to go on.\n"))
      try expectToGoOn("cut", ranks: nil)
    }

    @Test("^C to mpirun on 2 ranks: one message, everything saved, and the same digest at the end")
    func interruptedRanks() throws {
      // While it waits for the ranks to end mpirun reads nothing: thousands of lines a second would block their writer.
      let arguments = ["train", "\(workplace.path)/clouds.yaml", "--run", "\(workplace.path)/cut"]
      let process = try workplace.start(
        arguments + ["--steps", "1000000", "--set", "checkpoint.every=0", "--progress", "none"], ranks: 2, patience: 3)
      try waitForMetrics("cut", lines: 5, of: process)
      process.send(SIGINT)
      let output = try process.wait()
      #expect(output.exitCode != 0)
      let reached = try #require(try workplace.checkpoints("cut").last)
      #expect(output.standardError.contains("revoada: interrupted after step \(reached); "))
      #expect(output.standardError.ranges(of: "revoada: interrupted").count == 1)
      try expectToGoOn("cut", ranks: 2)
    }

    @Test("all ranks killed behind a checkpoint: the next start goes on from it to the same digest")
    func killed() throws {
      let process = try workplace.startTraining("killed", ["--steps", "1000000"], ranks: 2)
      try process.waitUntil("a checkpoint") { _ in try !workplace.checkpoints("killed").isEmpty }
      let ranks = process.children
      #expect(ranks.count == 2)
      for rank in ranks { kill(rank, SIGKILL) }
      #expect(try process.wait().exitCode != 0)
      try expectToGoOn("killed", ranks: 1)
    }

    @Test("launched on 2 ranks, interrupted, and launched again")
    func launched() throws {
      let arguments = ["launch", "-n", "2", "\(workplace.path)/clouds.yaml", "--run", "\(workplace.path)/launched"]
      let process = try workplace.start(arguments + ["--steps", "1000000", "--set", "checkpoint.every=0"])
      try waitForMetrics("launched", lines: 5, of: process)
      process.send(SIGINT)
      let output = try process.wait()
      #expect(output.exitCode == 75)
      #expect(output.standardError.ranges(of: "revoada: interrupted").count == 1)
      let reached = try #require(try workplace.checkpoints("launched").last)
      let again = try workplace.start(arguments + ["--steps", "\(reached + 5)"]).wait()
      #expect(again.exitCode == 0)
      #expect(again.standardError.contains("resumed from \(workplace.path)/launched/checkpoints/step-"))
      let straight = try workplace.train("straight", "--steps", "\(reached + 5)").parametersDigest
      #expect(try workplace.summary("launched").parametersDigest == straight)
      #expect(again.standardOutput.contains("digest   \(straight)\n"))
      #expect(try workplace.summary("launched").machine.ranks == 2)
    }

    @Test("1 and 2 threads: the same digest, on a model large enough for both to have work")
    func threads() throws {
      let wide = ["--set", "model.hidden=[600, 300]", "--set", "training.batch=48", "--steps", "5"]
      let summaries = try (1...2).map { threads in
        let run = "threads\(threads)"
        let output = try workplace.startTraining(run, wide + ["--threads", "\(threads)"]).wait()
        #expect(output.exitCode == 0, "\(output.standardError)")
        return try workplace.summary(run)
      }
      #expect(summaries.map(\.machine.threads) == [1, 2])
      #expect(summaries[0].parametersDigest == summaries[1].parametersDigest)
      #expect(summaries[0].results == summaries[1].results)
    }

    @Test(
      "AVX2 and AVX-512: the same digest",
      .enabled(if: Processor.supportedInstructionSets.contains(.avx512), "this processor has no AVX-512"))
    func instructionSets() throws {
      let summaries = try ["avx2", "avx512"].map { set in
        let output = try workplace.revoada(
          "train", "\(workplace.path)/clouds.yaml", "--run", "\(workplace.path)/\(set)",
          "--set", "model.activation=gelu", environment: ["REVOADA_ISA": set])
        #expect(output.exitCode == 0, "\(output.standardError)")
        return try workplace.summary(set)
      }
      #expect(summaries.map(\.machine.instructionSet) == ["avx2", "avx512"])
      #expect(summaries[0].parametersDigest == summaries[1].parametersDigest)
      #expect(summaries[0].results == summaries[1].results)
    }
  }
}
