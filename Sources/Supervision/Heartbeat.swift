import Platform
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A thread of a rank that tells the launcher once a second where the rank stands.
///
/// It speaks through the process that has started the rank, mpirun or Open MPI's daemon on its host. Where that is stopped
/// nothing is heard of this host, and nothing reaches it, not even that the job is over: the thread wakes it.
public final class Heartbeat: Sendable {
  /// Who the rank is, and what its reports begin with.
  public struct Identity: Sendable {
    public var rank: Int
    public var host: String

    public init(rank: Int, host: String) {
      self.rank = rank
      self.host = host
    }
  }

  private static let interval = Duration.seconds(1)
  /// Between two looks at what calls for a report at once.
  private static let lookMicroseconds: UInt32 = 100_000

  private let identity: Identity
  private let pulse: RunPulse
  private let isAskedToEnd: @Sendable () -> Bool
  private let write: @Sendable (String) -> Void
  private let lastWords = Mutex<String?>(nil)

  /// - Parameters:
  ///   - isAskedToEnd: whether a signal asks the rank to end.
  ///   - write: takes a whole line, which it writes at once.
  public init(
    _ identity: Identity, pulse: RunPulse, isAskedToEnd: @escaping @Sendable () -> Bool,
    write: @escaping @Sendable (String) -> Void
  ) {
    self.identity = identity
    self.pulse = pulse
    self.isAskedToEnd = isAskedToEnd
    self.write = write
  }

  /// Reports at once that the rank ends, and why.
  public func failed(_ message: String) {
    lastWords.withLock { $0 = message }
    write(report().line)
  }

  /// Reports at once where the rank stands.
  public func beat() { write(report().line) }

  private func report() -> RankReport {
    RankReport(
      rank: identity.rank, host: identity.host, process: getpid(), phase: pulse.phase, step: pulse.step,
      beats: pulse.beats, saved: pulse.saved, isAskedToEnd: isAskedToEnd(), lastWords: lastWords.withLock { $0 })
  }

  // MARK: - The thread

  /// Starts it; it ends with the process.
  public func start() { SystemThread(run).detach() }

  private func run() {
    let clock = ContinuousClock()
    var told = report()
    write(told.line)
    var lastBeat = clock.now
    while true {
      usleep(Self.lookMicroseconds)
      let report = report()
      let isNews =
        report.isAskedToEnd != told.isAskedToEnd || (report.phase == .starting) != (told.phase == .starting)
        || (report.step > 0) != (told.step > 0)
      let now = clock.now
      guard isNews || now - lastBeat >= Self.interval else { continue }
      // First: what cannot be delivered for long fills the pipe, and then writing waits.
      StoppedProcess.wake(getppid())
      write(report.line)
      (told, lastBeat) = (report, now)
    }
  }
}
