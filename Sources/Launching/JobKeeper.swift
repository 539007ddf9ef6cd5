import Glibc
import Platform

// Swift hides it, for a child with several threads could do nothing with it; this process has one.
@_extern(c, "fork")
private func forkProcess() -> pid_t

/// The process between launcher and mpirun, so that no job stays behind whichever of the three dies or is stopped.
///
///     launcher --- a pipe, held open ---> keeper --- killed with it ---> mpirun ---> ranks
///
/// - The launcher dies: the keeper reads the end of its standard input (``Lifeline``), asks the job to save and end, and
///   kills it a minute later.
/// - The keeper dies: the kernel kills mpirun, and its ranks with it.
/// - mpirun dies: the keeper ends as it did, with its status or by the same signal.
///
/// A stopped process would hear none of this, so whoever is told something is woken, too: mpirun hands SIGCONT on to all
/// ranks, and the kernel sends it to the keeper when the launcher dies.
public struct JobKeeper {
  /// How long a job without its launcher may take to save and end.
  private static let grace = Duration.seconds(60)
  private static let look = timespec(tv_sec: 0, tv_nsec: 100_000_000)
  /// Between two requests to save: mpirun loses those that come before it has started its ranks.
  private static let betweenRequests = Duration.seconds(1)
  private static let handedOn = [SIGUSR1, SIGTERM, SIGINT, SIGHUP]

  private let command: [String]

  /// - Parameter command: mpirun's absolute path and its arguments.
  public init(command: [String]) {
    precondition(!command.isEmpty, "a keeper needs a command")
    self.command = command
  }

  /// Tells a keeper to hand a signal on to its job.
  static func tell(_ keeper: pid_t, _ signal: Int32) {
    kill(keeper, signal)
    kill(keeper, SIGCONT)
  }

  /// Runs the command to its end and ends this process in the same way. To be called on the main thread, before there is
  /// any other: the child would not outlive the thread that has started it.
  public func run() throws(LaunchError) -> Never {
    guard access(command[0], X_OK) == 0 else { throw .system("cannot run \(command[0])", code: errno) }
    var signals = sigset_t(of: Self.handedOn + [SIGCHLD])
    var before = sigset_t()
    pthread_sigmask(SIG_BLOCK, &signals, &before)
    ParentDeath.sends(SIGCONT)
    let job = try start(signals: before)
    // Only the job's processes hold its output open, so that its end is the end of the job.
    Self.redirect(STDOUT_FILENO, O_WRONLY)

    let clock = ContinuousClock()
    var lost: ContinuousClock.Instant?
    var asked: ContinuousClock.Instant?
    while true {
      var look = Self.look
      let signal = sigtimedwait(&signals, nil, &look)
      if let status = Self.end(of: job) { Self.end(as: status) }
      if Self.handedOn.contains(signal) { Self.tell(job, signal) }
      guard Self.isLauncherGone else { continue }
      let now = clock.now
      let since = lost ?? now
      lost = since
      if now - since > Self.grace {
        kill(job, SIGKILL)
      } else if asked.map({ now - $0 >= Self.betweenRequests }) ?? true {
        Self.tell(job, SIGUSR1)
        asked = now
      }
    }
  }

  private func start(signals: sigset_t) throws(LaunchError) -> pid_t {
    var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
    let keeper = getpid()
    let child = forkProcess()
    guard child == 0 else {
      for argument in arguments { free(argument) }
      guard child > 0 else { throw .system("cannot start a process", code: errno) }
      return child
    }
    ParentDeath.sends(SIGKILL)
    guard getppid() == keeper else { _exit(ExitCode.keeperIsGone) }
    var signals = signals
    pthread_sigmask(SIG_SETMASK, &signals, nil)
    Self.redirect(STDIN_FILENO, O_RDONLY)
    execv(command[0], &arguments)
    _exit(ExitCode.notExecuted)
  }

  /// Of a child that has not become the command; as a shell has them.
  private enum ExitCode {
    static let notExecuted: Int32 = 126
    static let keeperIsGone: Int32 = 127
  }

  private static func redirect(_ descriptor: Int32, _ mode: Int32) {
    let nothing = open("/dev/null", mode | O_CLOEXEC)
    dup2(nothing, descriptor)
    close(nothing)
  }

  private static var isLauncherGone: Bool {
    var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    return poll(&input, 1, 0) > 0
  }

  /// How a child has ended; `nil` while it has not.
  private static func end(of child: pid_t) -> JobEnding.Status? {
    var status: Int32 = 0
    guard waitpid(child, &status, WNOHANG) == child else { return nil }
    let signal = status & 0x7f
    return signal == 0 ? .exited((status >> 8) & 0xff) : .signalled(signal)
  }

  private static func end(as status: JobEnding.Status) -> Never {
    guard case .signalled(let number) = status else { exit(status.code) }
    // The child's core is the one to look at.
    var none = rlimit(rlim_cur: 0, rlim_max: 0)
    setrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &none)
    signal(number, SIG_DFL)
    var signals = sigset_t(of: [number])
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    kill(getpid(), number)
    exit(status.code)
  }
}
