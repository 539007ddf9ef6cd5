import Platform
import Synchronization

#if canImport(Glibc)
  import Glibc

  // Variadic in C, so that Swift does not show it.
  @_extern(c, "prctl")
  private func processControl(_ option: Int32, _ a: UInt, _ b: UInt, _ c: UInt, _ d: UInt) -> Int32
#endif

/// A thread of a rank that tells the launcher once a second where the rank stands, and watches that there is a launcher.
///
/// The launcher holds the other end of rank 0's standard input: when it ends the rank reads the end of the file, and the
/// run is to save and end as after a signal. Where mpirun is stopped it cannot pass that on; ranks beside it see that it has
/// another parent, and wake it. A run that has not ended a minute later is stuck, and the rank ends itself, so
/// that mpirun ends the others.
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
  /// Between two looks at what calls for a report at once, in milliseconds.
  private static let lookMilliseconds: Int32 = 100
  private static let graceAfterLauncher = Duration.seconds(60)

  private let identity: Identity
  private let pulse: RunPulse
  private let isAskedToEnd: @Sendable () -> Bool
  private let write: @Sendable (String) -> Void
  private let launcherIsGone = Atomic<Bool>(false)
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

  /// Whether the launcher has ended, so that the run should save and end.
  public var hasLostLauncher: Bool { launcherIsGone.load(ordering: .relaxed) }

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
    var gone: ContinuousClock.Instant?
    let launcher = Self.launcher()
    while true {
      waitOrNoticeLauncher()
      let now = clock.now
      let report = report()
      let isNews =
        report.isAskedToEnd != told.isAskedToEnd || (report.phase == .starting) != (told.phase == .starting)
        || (report.step > 0) != (told.step > 0)
      if isNews || now - lastBeat >= Self.interval {
        write(report.line)
        (told, lastBeat) = (report, now)
        if launcher != nil && Self.launcher() != launcher {
          launcherIsGone.store(true, ordering: .relaxed)
          kill(getppid(), SIGCONT)
        }
      }
      guard hasLostLauncher else { continue }
      let since = gone ?? now
      gone = since
      if now - since > Self.graceAfterLauncher { _exit(75) }
    }
  }

  /// The process that has started this rank's mpirun; `nil` on other hosts, where an mpirun has no part in it.
  private static func launcher() -> pid_t? {
    guard let file = fopen("/proc/\(getppid())/stat", "re") else { return nil }
    defer { fclose(file) }
    var text = [CChar](repeating: 0, count: 512)
    guard fgets(&text, Int32(text.count), file) != nil else { return nil }
    // 123 (mpirun) S 122 ...: the state stands between name and parent.
    let words = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self).split(
      separator: " ")
    guard words.count > 3, ["(mpirun)", "(orterun)", "(prterun)"].contains(words[1]) else { return nil }
    return pid_t(words[3])
  }

  /// Sleeps for a moment; rank 0 meanwhile reads its standard input, where nothing ever comes but its end.
  private func waitOrNoticeLauncher() {
    guard identity.rank == 0, !hasLostLauncher else {
      usleep(UInt32(Self.lookMilliseconds) * 1000)
      return
    }
    var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    guard poll(&input, 1, Self.lookMilliseconds) > 0 else { return }
    var bytes = [UInt8](repeating: 0, count: 512)
    if read(STDIN_FILENO, &bytes, bytes.count) <= 0 { launcherIsGone.store(true, ordering: .relaxed) }
  }

  /// Lets this process die with the one that started it, even where it is stopped: a rank without its mpirun could never be
  /// ended from anywhere.
  public static func dieWithParent() {
    #if canImport(Glibc)
      let setParentDeathSignal: Int32 = 1
      _ = processControl(setParentDeathSignal, UInt(SIGKILL), 0, 0, 0)
      if getppid() == 1 { _exit(75) }
    #endif
  }
}
