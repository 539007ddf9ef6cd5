import Platform
import TensorCore

#if canImport(Glibc)
  import Glibc
#endif

/// The exchange between nodes while the backward pass goes on: a thread that takes the buckets of one step in their order,
/// each as soon as all ranks of the node have completed it.
///
/// Open MPI moves messages only while somebody looks after them, so a thread does; it sleeps between two looks, as the cores
/// are busy. Until `finish` returns no other thread of the rank calls the group.
///
/// `@unchecked Sendable`: the thread alone uses `exchange` between `init` and `finish`, except for the barrier, whose
/// members allow it; `failure` is read after the thread has ended.
final class OverlappedExchange: @unchecked Sendable {
  private let exchange: GradientExchange
  /// Buckets that the ranks of the node had completed before this step.
  private let completedBefore: Int
  private var failure: (any Error)?
  private var thread: SystemThread?

  init(_ exchange: GradientExchange, completedBefore: Int) {
    self.exchange = exchange
    self.completedBefore = completedBefore
    thread = SystemThread(run)
  }

  /// Returns when all buckets of the step are summed.
  func finish() throws {
    thread?.join()
    thread = nil
    if let failure { throw failure }
  }

  private func run() {
    do {
      for (index, bucket) in exchange.plan.buckets.enumerated() {
        while !exchange.barrier.haveAllCompleted(completedBefore + index + 1) { Self.nap() }
        try exchange.sum(bucket, on: nil, whileWaiting: Self.nap) { _, _ in }
      }
    } catch {
      failure = error
    }
  }

  /// A look at messages takes some microseconds from the backward pass, which has the core otherwise; meanwhile the system
  /// goes on sending what it has buffered.
  private static func nap() { usleep(200) }
}

/// Which bucket is complete next, as the gradients of parameters get ready one after the other: a decision, no action.
struct BucketSchedule {
  private let bucketsOfEntry: [[Int]]
  private var missing: [Int]
  private var next = 0

  init(_ layout: ParameterLayout, buckets: [Range<Int>]) {
    bucketsOfEntry = layout.entries.map { entry in buckets.indices.filter { buckets[$0].overlaps(entry.range) } }
    missing = buckets.map { bucket in layout.entries.count { bucket.overlaps($0.range) } }
  }

  /// Tells that the gradient of parameter `entry` is complete.
  ///
  /// - Returns: the buckets, next in order, that are complete now.
  mutating func complete(_ entry: Int) -> Range<Int> {
    for bucket in bucketsOfEntry[entry] { missing[bucket] -= 1 }
    let first = next
    while next < missing.count && missing[next] == 0 { next += 1 }
    return first..<next
  }
}
