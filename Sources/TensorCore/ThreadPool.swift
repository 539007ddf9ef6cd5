import Platform
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Threads that run one piece of work at a time, cut into parts: fork, compute, join.
///
/// Part i always runs on thread i, the caller being thread 0, so which thread does what is a function of the call alone.
/// Waiting threads look for work for some tens of microseconds (the next piece is usually near), giving way to any other
/// thread that wants their core, and then sleep. A pool of more threads than cores does not look, it sleeps at once.
///
/// `@unchecked Sendable`: `run` is called by one thread at a time, which is checked; the workers read `work` only
/// after `ticket` has announced it and report in `unfinished` before the caller goes on.
public final class ThreadPool: @unchecked Sendable {
  /// The number of threads, the caller's included.
  public let size: Int
  private let shared: Shared
  private var workers: [SystemThread] = []

  public init(size: Int) {
    precondition(size >= 1, "a thread pool has at least one thread, not \(size)")
    self.size = size
    shared = Shared(patience: size <= Processor.affinity().count ? 100_000 : 0)
    let shared = self.shared
    for index in 1..<max(size, 1) { workers.append(SystemThread { shared.serve(index: index) }) }
  }

  deinit {
    shared.announce(parts: 0, workers: workers.count, work: nil)
    for worker in workers { worker.join() }
  }

  /// Calls `body(0)`, ..., `body(parts - 1)`, each once, on as many threads; returns when all have returned.
  ///
  /// - Parameter parts: at most `size`.
  public func run(_ parts: Int, _ body: (Int) -> Void) {
    precondition(parts <= size, "\(parts) parts on \(size) threads")
    guard parts > 1 else {
      if parts == 1 { body(0) }
      return
    }
    let wasBusy = shared.busy.exchange(true, ordering: .acquiring)
    precondition(!wasBusy, "a thread pool runs one piece of work at a time")
    withoutActuallyEscaping(body) { work in
      shared.announce(parts: parts, workers: workers.count, work: work)
      work(0)
      shared.waitUntilFinished()
      shared.forgetWork()
    }
    shared.busy.store(false, ordering: .releasing)
  }
}

extension ThreadPool {
  /// What the caller and the workers both see.
  ///
  /// `@unchecked Sendable`: `work` and `parts` are written before `ticket` is raised (releasing) and read after it is
  /// seen raised (acquiring); every worker answers every ticket in `unfinished`, those without a part too, which orders
  /// their reads before the caller's next write.
  fileprivate final class Shared: @unchecked Sendable {
    let busy = Atomic<Bool>(false)
    private var work: ((Int) -> Void)?
    private var parts = 0
    /// The processor that the caller announced its work on.
    private var callersProcessor = -1
    private let ticket = Atomic<Int>(0)
    private let unfinished = Atomic<Int>(0)
    private let sleepers = Atomic<Int>(0)
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let wake = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    /// For how many nanoseconds a worker looks for the next piece of work before it sleeps. To wake it takes 10 to 30
    /// microseconds, a fork and join of threads that look about 0.3; the serial work between two shared ones is shorter.
    private let patience: Int
    /// Looks between two offers of the core to others: some hundred nanoseconds, about what the offer costs.
    private static let looks = 500
    /// How many pieces of work in a row a worker does on the caller's processor before it moves away. The scheduler wakes it
    /// there, and then leaves both there for seconds, as neither runs long enough at a time to be worth moving.
    private static let meetings = 8

    init(patience: Int) {
      self.patience = patience
      pthread_mutex_init(mutex, nil)
      pthread_cond_init(wake, nil)
    }

    deinit {
      pthread_cond_destroy(wake)
      pthread_mutex_destroy(mutex)
      wake.deallocate()
      mutex.deallocate()
    }

    /// Hands `work` to the workers; `nil` tells them to end.
    func announce(parts: Int, workers: Int, work: ((Int) -> Void)?) {
      self.work = work
      self.parts = parts
      callersProcessor = Processor.current
      unfinished.store(workers, ordering: .relaxed)
      ticket.add(1, ordering: .sequentiallyConsistent)
      if sleepers.load(ordering: .sequentiallyConsistent) > 0 {
        pthread_mutex_lock(mutex)
        pthread_cond_broadcast(wake)
        pthread_mutex_unlock(mutex)
      }
    }

    /// The caller's join.
    func waitUntilFinished() {
      while !Self.look(until: { unfinished.load(ordering: .acquiring) == 0 }) { sched_yield() }
    }

    /// Looks for a moment whether `condition` has become true.
    @inline(__always)
    private static func look(until condition: () -> Bool) -> Bool {
      for _ in 0..<looks where condition() { return true }
      return false
    }

    /// A worker's life: wait for a ticket, do one's part of it, until told to end.
    func serve(index: Int) {
      var seen = 0
      var meetings = 0
      while true {
        seen = nextTicket(after: seen)
        meetings = callersProcessor >= 0 && callersProcessor == Processor.current ? meetings + 1 : 0
        if meetings == Self.meetings {
          Processor.moveThisThread(awayFrom: callersProcessor)
          meetings = 0
        }
        guard perform(index) else { return }
        unfinished.subtract(1, ordering: .releasing)
      }
    }

    /// A function of its own, so that the worker has let go of the caller's closure before it reports.
    @inline(never)
    private func perform(_ index: Int) -> Bool {
      guard let work else { return false }
      if index < parts { work(index) }
      return true
    }

    func forgetWork() { work = nil }

    private func nextTicket(after seen: Int) -> Int {
      let end = Self.nanoseconds() + patience
      while true {
        if Self.look(until: { ticket.load(ordering: .acquiring) != seen }) { return ticket.load(ordering: .acquiring) }
        if Self.nanoseconds() >= end { break }
        // The scheduler often wakes a thread on the core of the one that woke it: without this, that one would wait
        // for its core while we look.
        sched_yield()
      }
      pthread_mutex_lock(mutex)
      defer { pthread_mutex_unlock(mutex) }
      sleepers.add(1, ordering: .sequentiallyConsistent)
      defer { sleepers.subtract(1, ordering: .relaxed) }
      while ticket.load(ordering: .sequentiallyConsistent) == seen { pthread_cond_wait(wake, mutex) }
      return ticket.load(ordering: .acquiring)
    }

    /// Since some fixed moment.
    private static func nanoseconds() -> Int {
      var time = timespec()
      clock_gettime(CLOCK_MONOTONIC, &time)
      return Int(time.tv_sec) * 1_000_000_000 + Int(time.tv_nsec)
    }
  }
}
