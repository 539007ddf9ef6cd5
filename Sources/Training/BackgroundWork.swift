import Platform
import Synchronization

/// A piece of work on a thread of its own, beside training.
///
/// It never calls the process group, nor the thread pool.
///
/// `@unchecked Sendable`: the thread writes `result` before it ends, and `value` reads it after it has.
final class BackgroundWork<Value>: @unchecked Sendable {
  private let state = State()
  private var thread: SystemThread?

  /// What the thread and its owner share.
  private final class State {
    let isFinished = Atomic<Bool>(false)
    var result: Value?
  }

  init(_ body: @escaping () -> Value) {
    let state = self.state
    thread = SystemThread {
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
    thread?.join()
    thread = nil
  }
}
