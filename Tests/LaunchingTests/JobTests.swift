import Failures
import TestSupport
import Testing

@testable import Launching

@Suite struct JobTests {
  private func problem(_ status: JobEnding.Status, stops: Int = 0) -> LaunchError? {
    JobEnding(status: status, stopRequests: stops).problem(command: "mpirun x")
  }

  @Test("success and the worker's own statuses need no further word", arguments: [0, 64, 65, 66, 73, 75, 78])
  func explained(code: Int32) {
    #expect(problem(.exited(code)) == nil)
    #expect(JobEnding(status: .exited(code), stopRequests: 0).code == code)
  }

  @Test("a killed worker is reported with its signal, and the status is what a shell would show")
  func killed() throws {
    let error = try #require(problem(.exited(137)))
    #expect(error.message.contains("signal 9"))
    #expect(error.exitStatus.rawValue == 137)
    #expect(problem(.signalled(9))?.exitStatus.rawValue == 137)
  }

  @Test("where mpirun itself fails, the command that makes it speak is named")
  func silent() throws {
    let error = try #require(problem(.exited(1)))
    #expect(error.remedy?.contains("mpirun x") == true)
    #expect(error.exitStatus.rawValue == 1)
  }

  @Test("a stop that did not end in a saved state is temporary; one that did keeps the worker's status")
  func stopped() throws {
    #expect(problem(.exited(138), stops: 1)?.exitStatus == .temporary)
    #expect(problem(.exited(1), stops: 2)?.exitStatus == .temporary)
    #expect(problem(.signalled(10), stops: 1)?.exitStatus == .temporary)
    #expect(problem(.exited(75), stops: 1) == nil)
    #expect(problem(.exited(0), stops: 1) == nil)
  }

  @Test("the first request asks the job to save and keeps reminding it, every later one ends it")
  func requests() {
    var state = StopRelay.State()
    #expect(state.started(42) == .wait)
    #expect(state.reminder == .wait)
    #expect(state.stopRequested() == .ask)
    #expect(state.reminder == .ask)
    #expect(state.stopRequested() == .end)
    #expect(state.reminder == .wait)
    #expect(state.stopRequested() == .end)
  }

  @Test("a request before the job exists is passed on as soon as it does")
  func early() {
    var state = StopRelay.State()
    #expect(state.stopRequested() == .wait)
    #expect(state.started(42) == .ask)
    #expect(state.stopRequested() == .end)
  }

  @Test("mpirun's version is read from Open MPI's answer, and another MPI's is refused")
  func versions() {
    #expect(MPIRun.majorVersion(in: "mpirun (Open MPI) 4.1.4\n\nReport bugs to ...") == 4)
    #expect(MPIRun.majorVersion(in: "mpirun (Open MPI) 5.0.7rc1") == 5)
    #expect(MPIRun.majorVersion(in: "HYDRA build details:\n    Version: 4.0.2") == nil)
    #expect(MPIRun.majorVersion(in: "") == nil)
  }

  /// A plan with a shell in mpirun's place.
  private func shell(_ script: String, environment: [String: String] = [:]) -> LaunchPlan {
    LaunchPlan(
      ranks: 1, threads: 1, isBound: false, program: builtExecutable("revoada"),
      arguments: ["/bin/sh", "-c", script, "one", "two"], environment: environment)
  }

  @Test("the job's status comes back; its arguments and environment arrive; its standard input is empty")
  func running() async throws {
    let plan = shell(
      #"test "$COLUMNS" = 77 && test -z "$(cat)" && test "$1" = two && exit 66"#, environment: ["COLUMNS": "77"])
    #expect(try await plan.run { _ in } == .missingInput)
  }

  @Test("the job is in a process group of its own, its keeper's, which ^C at the terminal does not reach")
  func processGroup() async throws {
    let script = #"read -r _ _ _ parent group _ < /proc/$$/stat; test "$group" = "$parent""#
    #expect(try await shell(script).run { _ in } == .success)
  }

  @Test("a silent failure of the job is thrown as an error with its status")
  func failing() async throws {
    let error = await #expect(throws: LaunchError.self) { try await shell("exit 3").run { _ in } }
    #expect(error?.exitStatus.rawValue == 3)
  }

  @Test("a job that a signal has ended comes back as ended by that signal")
  func signalled() async throws {
    for (name, status) in [("KILL", 137), ("TERM", 143)] {
      let error = await #expect(throws: LaunchError.self) { try await shell("kill -\(name) $$").run { _ in } }
      #expect(error?.exitStatus.rawValue == Int32(status))
    }
  }

  @Test("a job that is no program ends with the status of a system error, and its keeper says what is wrong")
  func noProgram() async throws {
    let plan = LaunchPlan(
      ranks: 1, threads: 1, isBound: false, program: builtExecutable("revoada"), arguments: ["/nonexistent/mpirun"],
      environment: [:])
    #expect(try await plan.run { _ in } == .systemError)
  }

  @Test("a job whose keeper cannot be started is an error that names it")
  func unstartable() async throws {
    let plan = LaunchPlan(
      ranks: 1, threads: 1, isBound: false, program: "/nonexistent/revoada", arguments: ["/bin/true"], environment: [:])
    let error = await #expect(throws: LaunchError.self) { try await plan.run { _ in } }
    #expect(error?.exitStatus == .systemError)
    #expect(error?.message.contains("/nonexistent/revoada") == true)
  }
}
