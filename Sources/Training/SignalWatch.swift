import Platform

#if canImport(Glibc)
  import Glibc
#endif

/// Holds back the signals that ask a run to end, so that it ends between two steps with everything saved.
///
/// Made before any thread is: threads inherit that the signals are blocked, and they stay pending until asked for.
public struct SignalWatch: Sendable {
  private let signals: [Int32]

  /// Blocks `signals` for the calling thread and all it will start. SIGUSR1 is what `revoada launch` has mpirun hand on:
  /// for SIGINT and SIGTERM Open MPI kills the ranks a moment later.
  public init(blocking signals: [Int32] = [SIGINT, SIGTERM, SIGUSR1]) {
    self.signals = signals
    var set = sigset_t(of: signals)
    let status = pthread_sigmask(SIG_BLOCK, &set, nil)
    precondition(status == 0, "the system refused to block signals \(signals) (error \(status))")
  }

  /// Whether one of the signals has come in. It stays pending: the answer stays yes.
  public var isRaised: Bool {
    var pending = sigset_t()
    guard sigpending(&pending) == 0 else { return false }
    return signals.contains { sigismember(&pending, $0) == 1 }
  }
}
