#if canImport(Glibc)
  import Glibc
#endif

/// A thread of the operating system: work that blocks, or that must not wait for the tasks of Swift's own few threads.
///
///     let thread = SystemThread { serve() }
///     thread.join()
///
/// The body's captures are its own from then on: who shares something with it says how the two keep out of each other's way.
public struct SystemThread {
  private let thread: pthread_t

  /// Starts it.
  public init(_ body: @escaping () -> Void) {
    var thread = pthread_t()
    let status = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, Unmanaged.passRetained(Body(body)).toOpaque())
    precondition(status == 0, "the system refused a thread (error \(status))")
    self.thread = thread
  }

  /// Returns when it has ended. To be called once, or ``detach()`` instead.
  public func join() { pthread_join(thread, nil) }

  /// Nobody will wait for it: it ends with its body, or with the process.
  public func detach() { pthread_detach(thread) }

  private final class Body {
    let run: () -> Void

    init(_ run: @escaping () -> Void) { self.run = run }
  }
}
