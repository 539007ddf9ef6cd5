import Glibc
import Platform
import Subprocess
import Supervision
import Synchronization

/// One job from its start to its end: mpirun runs, ranks report, somebody watches.
struct JobRun {
  /// How a job ended, and what was known of it.
  struct Outcome: Sendable {
    var status: JobEnding.Status
    var watch: JobWatch
    /// Why the launcher ended it itself.
    var endedFor: Ending?
  }

  /// Why the launcher ends a job.
  enum Ending: Equatable, Sendable {
    case trouble(JobWatch.Trouble)
    case hostLost(host: String, reason: String)
    /// Hosts that were missing answer again: it is to go on with them.
    case hostsAreBack
  }

  private static let look = Duration.milliseconds(100)
  /// How long mpirun has to end a job before it is killed itself; where a host is lost it would wait for that in vain.
  private static func patienceWithMPIRun(_ ending: Ending?) -> Duration {
    if case .hostLost = ending { .seconds(1) } else { .seconds(5) }
  }

  let plan: LaunchPlan
  let relay: StopRelay
  let patience: Double?
  /// Asked at every look, with the watch and the seconds since the start.
  let hosts: HostWatch?
  let write: @Sendable ([UInt8]) -> Void
  /// Told once, when the ranks take their first step.
  let whenTraining: @Sendable (JobWatch) -> Void
  /// Told of a rank on this machine that is gone without a word, long before mpirun has ended what is left.
  let whenGone: @Sendable (RankReport) -> Void

  func run() async throws(LaunchError) -> Outcome {
    let state = State(watch: JobWatch(ranks: plan.ranks, patience: patience))
    let lifeline = try Lifeline()
    defer { lifeline.cut() }
    do {
      let result = try await Subprocess.run(
        plan.subprocess, input: lifeline.input, output: .sequence, error: .currentStandardError
      ) { execution in
        let job = execution.processIdentifier.value
        relay.started(job)
        let watcher = Task { await watch(job, state) }
        let lines = Task { try await read(execution.standardOutput, into: state) }
        await waitForEnd(of: job, reading: lines, state)
        watcher.cancel()
        relay.ended()
      }
      return state.outcome(JobEnding.Status(result.terminationStatus))
    } catch let error as LaunchError {
      throw error
    } catch {
      throw LaunchError("cannot run \(plan.program): \(error)", exitStatus: .systemError)
    }
  }

  private func read(_ output: SubprocessOutputSequence, into state: State) async throws {
    defer { state.endOfOutput() }
    var lines = JobLines()
    for try await buffer in output {
      let (reports, bytes) = buffer.withUnsafeBytes { lines.take($0) }
      state.heard(reports)
      if !bytes.isEmpty { write(bytes) }
      if state.hasBegunToTrain() { whenTraining(state.watch) }
    }
    let rest = lines.drain()
    if !rest.isEmpty { write(rest) }
  }

  /// Returns when the job has ended and its output is read. Something that mpirun had started may hold the output open
  /// after its end; nobody waits for that. Nor for a job that has nothing more to say and does not end.
  private func waitForEnd(of job: pid_t, reading lines: Task<Void, any Error>, _ state: State) async {
    var looksLeft = 10
    while !state.isRead && looksLeft > 0 {
      if Self.hasEnded(job) { looksLeft -= 1 }
      await pause(Self.look)
    }
    lines.cancel()
    // A keeper that was stopped would keep its job's status to itself.
    looksLeft = 500
    while !Self.hasEnded(job) {
      kill(job, looksLeft > 0 ? SIGCONT : SIGKILL)
      looksLeft -= 1
      await pause(Self.look / 10)
    }
  }

  /// Looks several times a second whether the job hangs, and ends it if so.
  private func watch(_ job: pid_t, _ state: State) async {
    while !Task.isCancelled {
      await pause(Self.look)
      let (watch, seconds, trouble) = state.look()
      if watch.isWordless {
        for rank in watch.reports where Self.isGone(rank) && state.isNews(rank) { whenGone(rank) }
      }
      if let trouble {
        state.note(.trouble(trouble))
      } else if let ending = hosts?.look(watch, at: seconds) {
        if ending == .hostsAreBack {
          // Saving first: nothing is wrong with the job.
          state.note(ending)
          JobKeeper.tell(job, SIGUSR1)
          continue
        }
        state.note(ending)
      } else {
        continue
      }
      JobKeeper.tell(job, SIGTERM)
      await pause(Self.patienceWithMPIRun(state.ending))
      if !Task.isCancelled { kill(job, SIGKILL) }
      return
    }
  }

  /// Whether a rank that ran on this machine does not any more, though it had not come to its end.
  private static func isGone(_ rank: RankReport) -> Bool {
    guard !rank.isAskedToEnd, rank.host == HostName.current() else { return false }
    return kill(rank.process, 0) != 0 && errno == ESRCH
  }

  /// Whether a child has ended; it stays to be waited for.
  private static func hasEnded(_ child: pid_t) -> Bool {
    var information = siginfo_t()
    let status = waitid(P_PID, id_t(child), &information, WEXITED | WNOHANG | WNOWAIT)
    return status == 0 && information.si_signo == SIGCHLD
  }
}

/// Sleeps; less where the task is cancelled meanwhile.
func pause(_ duration: Duration) async {
  do { try await Task.sleep(for: duration) } catch {
    // Cancelled: who waited looks at that itself.
  }
}

extension JobRun {
  /// What the reading and the watching task share.
  private final class State: Sendable {
    private struct Content {
      var watch: JobWatch
      var ending: Ending?
      var hasBegun = false
      var isRead = false
      var isAnyGone = false
    }

    private let clock = ContinuousClock()
    private let start: ContinuousClock.Instant
    private let content: Mutex<Content>

    init(watch: JobWatch) {
      start = clock.now
      content = Mutex(Content(watch: watch))
    }

    private var seconds: Double { (clock.now - start) / .seconds(1) }

    var watch: JobWatch { content.withLock(\.watch) }

    func heard(_ reports: [RankReport]) {
      let now = seconds
      content.withLock { content in for report in reports { content.watch.heard(report, at: now) } }
    }

    func look() -> (watch: JobWatch, seconds: Double, trouble: JobWatch.Trouble?) {
      let now = seconds
      return content.withLock { content in
        let trouble = content.watch.look(at: now)
        return (content.watch, now, trouble)
      }
    }

    var isRead: Bool { content.withLock(\.isRead) }

    func endOfOutput() { content.withLock { $0.isRead = true } }

    var ending: Ending? { content.withLock(\.ending) }

    func note(_ ending: Ending) { content.withLock { $0.ending = ending } }

    /// `true` for the first rank only: mpirun ends the others because of it.
    func isNews(_ rank: RankReport) -> Bool {
      content.withLock { content in
        defer { content.isAnyGone = true }
        return !content.isAnyGone
      }
    }

    /// `true` once: when the first rank has left its start.
    func hasBegunToTrain() -> Bool {
      content.withLock { content in
        guard !content.hasBegun, content.watch.reports.contains(where: { $0.phase != .starting }) else { return false }
        content.hasBegun = true
        return true
      }
    }

    func outcome(_ status: JobEnding.Status) -> Outcome {
      content.withLock { Outcome(status: status, watch: $0.watch, endedFor: $0.ending) }
    }
  }
}
