import Failures
import Glibc
import Supervision
import Testing

@testable import Launching

@Suite("The decision to start a job again")
struct RestartPolicyTests {
  private func failure(_ cause: JobFailure.Cause, rank: Int = 1, step: Int = 100) -> JobFailure {
    let report = RankReport(rank: rank, host: "lab2", process: 1, phase: .computing, step: step, beats: 1)
    return JobFailure(cause, [report], step: step, saved: 90)
  }

  private func delays(_ failures: [JobFailure], maximum: Int = 100) -> [RestartPolicy.Decision] {
    var policy = RestartPolicy(maximumRestarts: maximum)
    return failures.map { policy.failed($0) }
  }

  @Test("waits twice as long after each failure that gained nothing, and starts anew after one that did")
  func backOff() {
    let steps = [10, 10, 9, 10, 50, 50]
    let decisions = delays(steps.enumerated().map { failure(.hostLost(host: "h\($0)", reason: "x"), step: $1) })
    #expect(
      decisions == [
        .restart(after: 0.25), .restart(after: 0.5), .restart(after: 1), .restart(after: 2), .restart(after: 0.25),
        .restart(after: 0.5),
      ])
  }

  @Test("never waits longer than a minute")
  func longest() {
    let decisions = delays((0..<20).map { failure(.hostLost(host: "h\($0)", reason: "x")) })
    #expect(decisions.last == .restart(after: 60))
  }

  @Test("is no when the budget is spent, at once where there was none")
  func budget() {
    let many = (0..<4).map { failure(.killed(signal: SIGKILL), step: $0) }
    #expect(delays(many, maximum: 3).last == .giveUp(.budgetSpent))
    #expect(delays(many, maximum: 3).dropLast().allSatisfy { $0 == .restart(after: 0.25) })
    #expect(delays([many[0]], maximum: 0) == [.giveUp(.budgetSpent)])
  }

  @Test("is no when the program fails in the same way at the same step again")
  func repetition() {
    let error = failure(.failed(status: 65, words: "the loss is not a number"))
    #expect(delays([error, error]).last == .giveUp(.repeats(times: 2)))
    let crash = failure(.killed(signal: SIGSEGV))
    #expect(delays([crash, crash]).last == .giveUp(.repeats(times: 2)))
    // Another step, another rank or another message is another failure.
    #expect(delays([error, failure(error.cause, step: 101)]).last == .restart(after: 0.25))
    #expect(delays([error, failure(error.cause, rank: 0)]).last == .restart(after: 0.5))
    #expect(delays([error, failure(.failed(status: 65, words: "other")), error]).last == .restart(after: 1))
  }

  @Test("bears more of what comes from outside, but not for ever")
  func outside() {
    let kill = failure(.killed(signal: SIGKILL))
    let decisions = delays(Array(repeating: kill, count: 6))
    #expect(decisions.dropLast().allSatisfy { if case .restart = $0 { true } else { false } })
    #expect(decisions.last == .giveUp(.repeats(times: 6)))
  }

  @Test("a summary of all failures is what the user gets when the budget is spent, and status 75")
  func summary() {
    let failures = [failure(.killed(signal: SIGKILL)), failure(.silent(seconds: 60), rank: 0, step: 120)]
    let error = LaunchError.givenUp(.budgetSpent, failures, maximum: 2, status: 137)
    #expect(error.exitStatus == .temporary)
    #expect(error.message.contains("1. rank 1 on lab2 was ended by signal 9 (Killed) while computing, 100 steps done"))
    #expect(error.message.contains("2. rank 0 on lab2 said nothing for 60 s"))
  }

  @Test("a repeated failure is diagnosed: killed by the system again and again points at memory")
  func diagnosis() {
    let error = LaunchError.givenUp(
      .repeats(times: 6), [failure(.killed(signal: SIGKILL))], maximum: 10, status: 137)
    #expect(error.message.contains("6 times in a row"))
    #expect(error.remedy?.contains("memory") == true)
    #expect(error.exitStatus.rawValue == 137)
  }
}

@Suite("The end of a job")
struct JobVerdictTests {
  private func outcome(
    _ status: JobEnding.Status, _ reports: [RankReport]? = nil, endedFor: JobRun.Ending? = nil
  ) -> JobRun.Outcome {
    var watch = JobWatch(ranks: 2, patience: 7)
    for report in reports ?? [report(0, asked: true), report(1)] { watch.heard(report, at: 1) }
    return JobRun.Outcome(status: status, watch: watch, endedFor: endedFor)
  }

  private func report(_ rank: Int, asked: Bool = false, words: String? = nil) -> RankReport {
    RankReport(
      rank: rank, host: "lab\(rank + 1)", process: 1, phase: .computing, step: 12, beats: 3, saved: 10,
      isAskedToEnd: asked, lastWords: words)
  }

  private func cause(_ outcome: JobRun.Outcome) -> JobFailure.Cause? {
    guard case .failed(let failure) = JobVerdict(outcome, stopRequests: 0) else { return nil }
    return failure.cause
  }

  @Test(
    "success, and mistakes that would be made again, are the end of the launch", arguments: [0, 64, 65, 66, 69, 78])
  func ended(code: Int32) {
    #expect(JobVerdict(outcome(.exited(code)), stopRequests: 0) == .ended(ExitStatus(rawValue: code)))
  }

  @Test("a rank that a signal ended is the one that nobody had asked to end")
  func killed() throws {
    guard case .failed(let failure) = JobVerdict(outcome(.exited(137)), stopRequests: 0) else {
      Issue.record("no failure")
      return
    }
    #expect(failure.sentence == "rank 1 on lab2 was ended by signal 9 (Killed) while computing, 12 steps done")
    #expect(failure.saved == 10)
  }

  @Test("a rank's own error counts more than the signals that followed")
  func words() {
    let reports = [report(0, asked: true), report(1, words: "no space left")]
    #expect(cause(outcome(.exited(73), reports)) == .failed(status: 73, words: "no space left"))
  }

  @Test("mpirun's own death is not a rank's")
  func mpirun() {
    #expect(cause(outcome(.signalled(9))) == .killed(signal: 9))
    guard case .failed(let failure) = JobVerdict(outcome(.signalled(9)), stopRequests: 0) else { return }
    #expect(failure.places.isEmpty && failure.sentence.hasPrefix("mpirun was ended by signal 9"))
  }

  @Test("mpirun's success is none where no rank was ever heard of")
  func nothingRun() {
    #expect(JobVerdict(outcome(.exited(0), []), stopRequests: 1) == .stoppedBeforeStart)
    #expect(cause(outcome(.exited(0), [])) == .mpirun(status: 0))
    #expect(JobVerdict(outcome(.exited(0)), stopRequests: 1) == .ended(.success))
  }

  @Test("a job that the launcher ended failed for the launcher's reason")
  func ended() {
    #expect(cause(outcome(.exited(1), endedFor: .trouble(.silent([report(1)])))) == .silent(seconds: 7))
    #expect(cause(outcome(.signalled(9), endedFor: .trouble(.stuck([report(1)])))) == .stuck(seconds: 7))
    let missing = outcome(.exited(1), [], endedFor: .trouble(.missing([1, 3])))
    #expect(cause(missing) == .missing(ranks: [1, 3], seconds: 60))
    guard case .failed(let failure) = JobVerdict(missing, stopRequests: 0) else { return }
    #expect(failure.sentence == "ranks 1, 3 did not report within 60 s of the start, 0 steps done")
    let lost = JobRun.Ending.hostLost(host: "lab2", reason: "no answer")
    #expect(cause(outcome(.exited(1), endedFor: lost)) == .hostLost(host: "lab2", reason: "no answer"))
  }

  @Test("a stop that the user asked for is the end; one that somebody else sent to a rank is not")
  func stops() {
    #expect(JobVerdict(outcome(.exited(75)), stopRequests: 1) == .ended(.temporary))
    #expect(JobVerdict(outcome(.exited(1)), stopRequests: 2) == .endedSilently)
    #expect(cause(outcome(.exited(75))) == .asked)
  }

  @Test("a run that could not be had because another works in its folder is a failure with its own words")
  func inUse() {
    let words = "another run works in runs/a: process 7 on lab1"
    let reports = [report(0, words: words), report(1, asked: true)]
    #expect(cause(outcome(.exited(75), reports)) == .failed(status: 75, words: words))
  }

  @Test("a job that saved because hosts are back goes on without a failure")
  func grown() {
    #expect(JobVerdict(outcome(.exited(75), endedFor: .hostsAreBack), stopRequests: 0) == .hostsAreBack)
  }

  @Test("where no rank has ever reported there is nothing to start again")
  func neverBegan() {
    #expect(JobVerdict(outcome(.exited(1), []), stopRequests: 0) == .endedSilently)
    // But what was lost before it could report was lost.
    #expect(cause(outcome(.exited(255), [])) == .mpirun(status: 255))
    #expect(cause(outcome(.signalled(9), [])) == .killed(signal: 9))
  }
}
