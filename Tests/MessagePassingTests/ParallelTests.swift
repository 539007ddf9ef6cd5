import Glibc
import TestSupport
import Testing

/// Runs the executable `parallel-tests` under mpirun. One job at a time: each brings several processes.
@Suite("message passing under mpirun", .serialized)
struct ParallelTests {
  @Test("every check holds on 1, 2, 3 and 4 ranks", arguments: [1, 2, 3, 4])
  func conformance(ranks: Int) throws {
    let output = try run("checks", ranks: ranks)
    #expect(output.exitCode == 0, "\(output.standardOutput)\(output.standardError)")
    #expect(output.standardOutput.contains("0 failed, on \(ranks) ranks"), "\(output.standardOutput)")
  }

  @Test("a rank that aborts ends the ranks that wait for it, with its status")
  func abort() throws {
    let output = try run("abort", ranks: 3)
    #expect(output.exitCode == 65, "\(output.standardError)")
  }

  @Test("where two ranks fail, the user sees one message and its exit status")
  func oneMessage() throws {
    let output = try run("fail-on-two-ranks", ranks: 3)
    #expect(output.exitCode == 78, "\(output.standardOutput)")
    #expect(output.standardError == "refused on rank 1\n")
  }

  @Test("MPI is finalised when the body throws")
  func finalisedAfterError() throws {
    // mpirun fails a job whose processes end without having finalised MPI.
    let output = try run("throw-everywhere", ranks: 2)
    #expect(output.exitCode == 0, "\(output.standardOutput)\(output.standardError)")
    #expect(output.standardOutput == "caught\ncaught\n")
  }

  @Test("an interrupted job ends, and says so by its exit code")
  func interruptedJob() throws {
    let job = try MPIRun.start(builtExecutable("parallel-tests"), ["wait-for-signal"], ranks: 2)
    try job.waitUntil("both ranks to wait") { $0.standardOutputSoFar == "waiting\nwaiting\n" }
    #expect(job.children.count == 2)
    job.send(SIGINT)
    #expect(try job.wait().exitCode != 0)
  }

  private func run(_ mode: String, ranks: Int) throws -> RunningProcess.Output {
    try MPIRun.start(builtExecutable("parallel-tests"), [mode], ranks: ranks).wait()
  }
}
