import Collectives
import Failures
import GroupChecks
import Synchronization
import TestSupport
import Testing

@Suite("process groups")
struct ProcessGroupTests {
  @Test("a group of threads is a process group", arguments: GroupCheck.all, [1, 2, 3, 4])
  func inProcess(check: GroupCheck, ranks: Int) throws {
    _ = try InProcessGroup.run(ranks: ranks) { try check.body($0) }
  }

  @Test("one process alone is a process group", arguments: GroupCheck.all)
  func solo(check: GroupCheck) throws {
    try check.body(SoloProcess())
  }

  @Test("results come back in rank order")
  func resultsInRankOrder() throws {
    #expect(try InProcessGroup.run(ranks: 5) { 10 * $0.rank } == [0, 10, 20, 30, 40])
  }

  @Test("an error of one thread frees the others from their collectives and is rethrown")
  func errorsAreRethrown() {
    #expect(throws: Refusal(rank: 2)) {
      try InProcessGroup.run(ranks: 4) { group in
        if group.rank == 2 { throw Refusal(rank: 2) }
        try group.barrier()
      }
    }
  }

  @Test("where two ranks fail, one reports, and its exit status ends the group")
  func oneReport() throws {
    let reports = ReportLog()
    #expect(throws: GroupEnded(rank: 1, exitStatus: .configuration)) {
      try InProcessGroup.run(ranks: 4) { group in
        group.abortOnFailure(report: { reports.add("\($0)") }) {
          try group.agree { if group.rank == 1 || group.rank == 3 { throw Refusal(rank: group.rank) } }
        }
      }
    }
    #expect(reports.entries == ["refused on rank 1\n  Ask again."])
  }

  @Test("where nothing fails, the body's value comes back and nobody reports")
  func noReport() throws {
    let values = try InProcessGroup.run(ranks: 2) { group in
      group.abortOnFailure(report: { Issue.record("reported \($0)") }) { group.rank }
    }
    #expect(values == [0, 1])
  }
}

private struct Refusal: UserFacingError, Equatable {
  let rank: Int
  var exitStatus: Failures.ExitStatus { .configuration }
  var message: String { "refused on rank \(rank)" }
  var remedy: String? { "Ask again." }
}

private final class ReportLog: Sendable {
  private let log = Mutex<[String]>([])
  var entries: [String] { log.withLock { $0 } }
  func add(_ entry: String) { log.withLock { $0.append(entry) } }
}
