import Glibc
import TestSupport
import Testing
import Training

extension CommandTests {
  @Suite("A launched job whose launcher, keeper or mpirun is hit", .timeLimit(.minutes(3)))
  struct KeptJobTests {
    let workplace: Workplace

    init() throws { workplace = try Workplace() }

    private var run: String { "\(workplace.path)/run" }

    private func start(checkpointEvery: Int = 20) throws -> RunningProcess {
      try workplace.start([
        "launch", "-n", "2", "\(workplace.path)/clouds.yaml", "--run", run, "--steps", "1500", "--set",
        "checkpoint.every=\(checkpointEvery)", "--set", "training.evaluate_every=1000",
      ])
    }

    private func startTraining() throws -> RunningProcess {
      let launcher = try start()
      try launcher.waitUntil("training") { _ in workplace.folder.exists("run/checkpoints/step-00000020") }
      return launcher
    }

    /// Processes of the run whose command line is like that, in the order of their numbers.
    private func processes(_ isWanted: ([String]) -> Bool) throws -> [pid_t] {
      try ProcessTable.processes { $0.contains(run) && isWanted($0) }.map(\.process).sorted()
    }

    private func keeper() throws -> [pid_t] { try processes { $0[1] == "keep" } }
    private func mpirun() throws -> [pid_t] { try processes { $0[0].hasSuffix("mpirun") } }
    private func ranks() throws -> [pid_t] { try processes { $0[1] == "train" } }

    /// The processes that are there once there are any.
    private func wait(for processes: () throws -> [pid_t], in launcher: RunningProcess) throws -> [pid_t] {
      var found: [pid_t] = []
      try launcher.waitUntil("a process of the job") { _ in
        found = try processes()
        return !found.isEmpty
      }
      return found
    }

    private func kill(_ launcher: RunningProcess) throws {
      launcher.send(SIGKILL)
      _ = try launcher.wait()
    }

    /// Far less than the minute after which a job is killed that does not end.
    private func expectNothingStays() throws {
      let clock = try RunningProcess("sleep", ["60"])
      try clock.waitUntil("the end of all processes", timeout: 25) { _ in try processes { _ in true }.isEmpty }
    }

    @Test("goes on where its mpirun is stopped: the ranks wake it")
    func stoppedMPIRun() throws {
      let launcher = try startTraining()
      Glibc.kill(try #require(try mpirun().first), SIGSTOP)
      let output = try launcher.wait()
      #expect(output.exitCode == 0, "\(output.standardError)")
      #expect(!output.standardError.contains("going on from"), "\(output.standardError)")
    }

    @Test("leaves nothing behind when its launcher is killed and its mpirun stopped before any rank is there")
    func stoppedBeforeTheRanks() throws {
      let launcher = try start()
      Glibc.kill(try wait(for: mpirun, in: launcher)[0], SIGSTOP)
      try kill(launcher)
      try expectNothingStays()
    }

    @Test("saves when its launcher is killed and one of its ranks is stopped, and leaves nothing behind")
    func stoppedRank() throws {
      // Without checkpoints but the last.
      let launcher = try start(checkpointEvery: 0)
      try launcher.waitUntil("training") { _ in workplace.folder.exists("run/metrics.jsonl") }
      Glibc.kill(try #require(try ranks().last), SIGSTOP)
      try kill(launcher)
      try expectNothingStays()
      let output = try start().wait()
      #expect(output.exitCode == 0, "\(output.standardError)")
      #expect(output.standardError.contains("resumed from"))
    }

    @Test(
      "leaves nothing behind when its keeper is stopped or killed and its launcher killed",
      arguments: [SIGSTOP, SIGKILL])
    func keeperAndLauncher(signal: Int32) throws {
      let launcher = try startTraining()
      Glibc.kill(try #require(try keeper().first), signal)
      try kill(launcher)
      try expectNothingStays()
    }

    @Test("of which only a stopped keeper is left is ended by the next launch")
    func leftKeeper() throws {
      let launcher = try startTraining()
      let left = try #require(try keeper().first)
      try kill(launcher)
      Glibc.kill(left, SIGSTOP)
      let output = try start().wait()
      #expect(output.exitCode == 0, "\(output.standardError)")
      try expectNothingStays()
    }

    @Test("starts again when its keeper is killed, and ends with its status when the keeper is stopped")
    func keeperAlone() throws {
      let launcher = try startTraining()
      let first = try #require(try keeper().first)
      Glibc.kill(first, SIGKILL)
      var second: pid_t?
      try launcher.waitUntil("another keeper") { _ in
        second = try keeper().first { $0 != first }
        return try second != nil && ranks().count == 2
      }
      Glibc.kill(try #require(second), SIGSTOP)
      let output = try launcher.wait()
      #expect(output.exitCode == 0, "\(output.standardError)")
      #expect(output.standardError.ranges(of: "going on from").count == 1, "\(output.standardError)")
    }
  }
}
