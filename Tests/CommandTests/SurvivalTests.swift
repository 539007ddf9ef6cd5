import Glibc
import TestSupport
import Testing
import Training

extension CommandTests {
  @Suite("A launched job that something happens to", .timeLimit(.minutes(3)))
  struct SurvivalTests {
    let workplace: Workplace

    init() throws { workplace = try Workplace() }

    private static let course = [
      "--steps", "1500", "--set", "checkpoint.every=20", "--set", "training.evaluate_every=1000",
    ]

    private func start(_ run: String, _ options: [String] = [], extra: [String] = []) throws -> RunningProcess {
      let arguments = ["launch", "-n", "2", "\(workplace.path)/clouds.yaml", "--run", "\(workplace.path)/\(run)"]
      let process = try workplace.start(arguments + Self.course + options + extra)
      try process.waitUntil("training") { _ in workplace.folder.exists("\(run)/checkpoints/step-00000020") }
      return process
    }

    /// The ranks of a run on this machine, by what their command lines say.
    private func ranks(of run: String) throws -> [pid_t] {
      try ProcessTable.processes { $0.dropFirst().first == "train" && $0.contains("\(workplace.path)/\(run)") }
        .map(\.process)
    }

    private func digest() throws -> String {
      let output = try workplace.startTraining("straight", Self.course).wait()
      #expect(output.exitCode == 0, "\(output.standardError)")
      return try workplace.digest("straight")
    }

    @Test(
      "goes on without the rank that was killed, names it, and ends with the bits of a run that nothing happened to")
    func killedRank() throws {
      let process = try start("killed")
      kill(try #require(try ranks(of: "killed").last), SIGKILL)
      let output = try process.wait()
      #expect(output.exitCode == 0, "\(output.standardError)")
      let error = output.standardError
      #expect(error.contains("was ended by signal 9 (Killed) while"), "\(error)")
      #expect(error.contains("(restart 1 of 10)"))
      #expect(error.ranges(of: "was ended by signal").count == 1)
      #expect(try workplace.digest("killed") == digest())
    }

    @Test("notices a rank that is stopped, names it, and goes on")
    func stoppedRank() throws {
      let process = try start("stopped", extra: ["--hang-timeout", "2"])
      let victim = try #require(try ranks(of: "stopped").last)
      kill(victim, SIGSTOP)
      let output = try process.wait()
      #expect(output.exitCode == 0, "\(output.standardError)")
      #expect(output.standardError.contains("said nothing for 2 s: stopped, or out of memory"))
      #expect(kill(victim, 0) != 0, "the stopped rank is gone")
      #expect(try workplace.digest("stopped") == digest())
    }

    @Test("saves and ends when its launcher is killed, leaves nothing behind, and goes on when launched again")
    func killedLauncher() throws {
      let process = try start("orphaned")
      process.send(SIGKILL)
      _ = try process.wait()
      let watch = try RunningProcess("sleep", ["60"])
      try watch.waitUntil("the end of all ranks") { _ in
        try ProcessTable.processes { $0.contains("\(workplace.path)/orphaned") }.isEmpty
      }
      let arguments = ["launch", "-n", "2", "\(workplace.path)/clouds.yaml", "--run", "\(workplace.path)/orphaned"]
      let output = try workplace.start(arguments + Self.course).wait()
      #expect(output.exitCode == 0, "\(output.standardError)")
      #expect(output.standardError.contains("resumed from"))
      #expect(try workplace.digest("orphaned") == digest())
    }

    @Test("ends with the signal's status where no restart is allowed, and the same command goes on")
    func noRestarts() throws {
      let process = try start("once", extra: ["--max-restarts", "0"])
      kill(try #require(try ranks(of: "once").first), SIGKILL)
      let output = try process.wait()
      #expect(output.exitCode == 137)
      #expect(output.standardError.ranges(of: "revoada: error:").count == 1, "\(output.standardError)")
    }

    @Test("is given up with a summary of all failures and status 75 when the restarts are used up")
    func budget() throws {
      let process = try start("budget", extra: ["--max-restarts", "1"])
      for _ in 0..<2 {
        var victims: [pid_t] = []
        let before = process.standardErrorSoFar
        try process.waitUntil("ranks that train") { process in
          victims = try ranks(of: "budget")
          return victims.count == 2
            && process.standardErrorSoFar.ranges(of: "resumed").count
              >= before.ranges(of: "was ended").count
        }
        kill(victims[1], SIGKILL)
        try process.waitUntil("the word about it") {
          $0.isOver || $0.standardErrorSoFar.ranges(of: "was ended").count > before.ranges(of: "was ended").count
        }
      }
      let output = try process.wait()
      #expect(output.exitCode == 75, "\(output.standardError)")
      #expect(output.standardError.contains("all 1 restarts are used up"))
      #expect(output.standardError.contains("  2. rank"))
    }
  }
}
