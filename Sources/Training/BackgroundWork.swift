import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// A piece of work on a thread of its own, beside training.
///
/// It never calls the process group, nor the thread pool.
///
/// `@unchecked Sendable`: the thread writes `result` before it ends, and `value` reads it after it has.
final class BackgroundWork<Value>: @unchecked Sendable {
  private let state = State()
  private var thread: pthread_t?

  /// What the thread and its owner share.
  private final class State {
    let isFinished = Atomic<Bool>(false)
    var result: Value?
  }

  init(_ body: @escaping () -> Value) {
    let state = self.state
    thread = startThread {
      state.result = body()
      state.isFinished.store(true, ordering: .releasing)
    }
  }

  deinit { join() }

  /// Whether `value` would return at once.
  var isFinished: Bool { state.isFinished.load(ordering: .acquiring) }

  /// What the work came to; waits for its end.
  func value() -> Value {
    join()
    guard let result = state.result else { preconditionFailure("a thread ended without a result") }
    return result
  }

  private func join() {
    if let thread { pthread_join(thread, nil) }
    thread = nil
  }
}

private func startThread(_ body: @escaping () -> Void) -> pthread_t {
  var thread = pthread_t()
  let status = pthread_create(
    &thread, nil,
    { argument in
      guard let argument else { return nil }
      Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
      return nil
    }, Unmanaged.passRetained(ThreadBody(body)).toOpaque())
  precondition(status == 0, "the system refused a thread (error \(status))")
  return thread
}

private final class ThreadBody {
  let run: () -> Void

  init(_ run: @escaping () -> Void) { self.run = run }
}
