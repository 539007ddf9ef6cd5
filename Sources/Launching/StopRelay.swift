import Dispatch
import Glibc
import Synchronization

/// Passes the user's wish to stop on to mpirun, as a signal that leaves the workers time to save.
///
/// On SIGINT or SIGTERM, Open MPI kills every rank within two seconds and ends with status 1. SIGUSR1 it merely
/// forwards to all ranks, here and on other hosts: they save, end by themselves, and their exit code survives.
/// The job runs in a process group of its own, so that ^C at the terminal reaches only this process.
final class StopRelay: Sendable {
  /// What to do about the next request to stop.
  enum Step: Equatable {
    /// The job has not started: it is asked as soon as it has.
    case wait
    /// Ask the workers to save and end.
    case ask
    /// The user insists: let mpirun end the job at once.
    case end
  }

  struct State: Equatable {
    var job: pid_t?
    var requests = 0

    mutating func stopRequested() -> Step {
      requests += 1
      if job == nil { return .wait }
      return requests == 1 ? .ask : .end
    }

    /// Asks again: mpirun forwards to the workers it has, and loses what comes before it has started them.
    /// Workers that were asked already do not mind.
    var reminder: Step { requests == 1 ? .ask : .wait }

    mutating func started(_ job: pid_t) -> Step {
      self.job = job
      return requests == 0 ? .wait : .ask
    }
  }

  private let state = Mutex(State())
  private let notify: @Sendable (String) -> Void

  /// `notify` gets a line for the user when the first request arrives.
  init(notify: @escaping @Sendable (String) -> Void) { self.notify = notify }

  var requests: Int { state.withLock(\.requests) }

  /// Listens while `body` runs. The default action of the signals is switched off first and restored at the end.
  func listening<Result>(_ body: () async throws -> Result) async rethrows -> Result {
    let queue = DispatchQueue(label: "stop-relay")
    let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler { self.stopRequested() }
      source.activate()
      return (number, source)
    }
    let timer = DispatchSource.makeTimerSource(queue: queue)
    timer.schedule(deadline: .now() + 1, repeating: 1)
    timer.setEventHandler { self.act(on: self.state.withLock(\.reminder)) }
    timer.activate()
    defer {
      timer.cancel()
      for (number, source) in sources {
        source.cancel()
        signal(number, SIG_DFL)
      }
    }
    return try await body()
  }

  func started(_ job: pid_t) { act(on: state.withLock { $0.started(job) }) }

  /// The job is over: its number may soon be another process's.
  func ended() { state.withLock { $0.job = nil } }

  private func stopRequested() {
    let (step, requests) = state.withLock { ($0.stopRequested(), $0.requests) }
    if requests == 1 { notify("stopping: the state is being saved; once more stops at once") }
    act(on: step)
  }

  private func act(on step: Step) {
    guard let job = state.withLock(\.job) else { return }
    switch step {
    case .wait: break
    case .ask: JobKeeper.tell(job, SIGUSR1)
    case .end: JobKeeper.tell(job, SIGTERM)
    }
  }
}
