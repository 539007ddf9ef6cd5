import KernelInterface
import TensorCore

extension GradientExchange {
  /// Whose sums a rank takes.
  public enum Share: Sendable {
    /// Of the slices that it owns.
    case own
    /// Of those, and of the slices of other nodes that it is the partner for: with its neighbours, all.
    case held
    /// Of all slices, out of its neighbours' memory.
    case all
  }

  /// On one node: adds up the slices that this rank owns and hands each sum on while it is in the cache, in pieces of at
  /// most a grain, from the threads of the backend. To be called after `settle`.
  public func sumOwnSlices(_ use: (_ range: Range<Int>, _ sums: UnsafePointer<Float>) -> Void) {
    precondition(isOnOneNode, "the partial sums of other nodes lie elsewhere")
    let tree = nodeTree
    forEachGrain(of: ownGrains, on: backend.threads) { grain, evaluator in
      use(grain, evaluator.sum(tree, over: grain))
    }
  }

  /// On one node: adds up the slices that this rank owns and writes each sum to buffer 0 of every rank, while it is in the
  /// cache.
  func writeOwnSlices() {
    let (tree, targets) = (nodeTree, firstBuffers)
    forEachGrain(of: ownGrains, on: backend.threads) { grain, evaluator in
      let first = targets[0] + grain.lowerBound
      evaluator.write(tree, over: grain, into: first)
      for target in targets.dropFirst() { (target + grain.lowerBound).update(from: first, count: grain.count) }
    }
  }

  /// Makes the sums of the slices that this rank owns and keeps them, for `forEachSum`. To be called after `settle`.
  ///
  /// - Parameter range: the part of the arena that the norm is of.
  /// - Returns: the sum of squares within `range`, on all ranks: a partial sum for each grain (see `Kernels.sumOfSquares`),
  ///   added in order. Not finite where any sum is not.
  public func makeSums(squaresWithin range: Range<Int>) throws -> Double {
    let squares = GrainSquares(range: range, kernels: backend.kernels)
    if hasSums {
      hasSums = false
      forEachSum(.own) { grain, sums in squares.measure(grain, sums) }
    } else {
      for bucket in plan.buckets {
        try sum(bucket, on: backend.threads) { grain, sums in squares.measure(grain, sums) }
      }
    }
    return try squares.total(on: group) { grains(of: ownSlices(ofRank: $0)) }
  }

  /// Hands on the sums that were kept, in pieces of at most a grain, from the threads of the backend.
  public func forEachSum(_ share: Share, _ use: (_ range: Range<Int>, _ sums: UnsafePointer<Float>) -> Void) {
    for (holder, slices) in holdings(share) {
      let sums = UnsafePointer(sums(ofNeighbour: holder))
      forEachGrain(of: grains(of: slices), on: backend.threads) { grain, _ in use(grain, sums + grain.lowerBound) }
    }
  }

  /// Adds up this rank's slice of a bucket out of what is in the node's memory and what other nodes send.
  func sum(
    _ bucket: Range<Int>, on threads: ThreadPool?, whileWaiting pause: (() -> Void)? = nil,
    noting note: (Range<Int>, UnsafePointer<Float>) -> Void
  ) throws {
    let received = try isOnOneNode ? [:] : exchangePartialSums(of: bucket, on: threads, whileWaiting: pause)
    let slice = plan.slice(ofRank: group.rank, in: bucket)
    guard !slice.isEmpty else { return }
    let tree = tree.map { operand($0, received: received) }
    let kept = sums(ofNeighbour: group.rank)
    forEachGrain(of: grains(of: [slice]), on: threads) { grain, evaluator in
      let target = kept + grain.lowerBound
      evaluator.write(tree, over: grain, into: target)
      note(grain, target)
    }
  }

  /// - Parameter received: for each other node where its partial sums begin, as if the whole arena lay there.
  func operand(
    _ source: PartialSumSource, received: [Int: (base: UnsafeRawPointer, step: Int)]
  ) -> SumEvaluator.Operand {
    switch source {
    case .buffer(let rank, let index):
      return .floats(UnsafePointer(buffer(index, ofNeighbour: rank)))
    case .received(let node, let index):
      guard let (base, step) = received[node] else { preconditionFailure("nothing has come from node \(node)") }
      let start = base + index * step
      return options.precision == .bfloat16
        ? .bfloat16(start.assumingMemoryBound(to: UInt16.self)) : .floats(start.assumingMemoryBound(to: Float.self))
    }
  }

  // MARK: - Slices

  /// The ranges of the arena that a share of the sums is of.
  public func slices(of share: Share) -> [Range<Int>] { holdings(share).flatMap(\.slices) }

  var ownSlices: [Range<Int>] { ownSlices(ofRank: group.rank) }

  func ownSlices(ofRank rank: Int) -> [Range<Int>] {
    plan.buckets.map { plan.slice(ofRank: rank, in: $0) }.filter { !$0.isEmpty }
  }

  /// Which rank of the node holds the sums of which slices.
  private func holdings(_ share: Share) -> [(holder: Int, slices: [Range<Int>])] {
    switch share {
    case .own: [(group.rank, ownSlices)]
    case .held: [(group.rank, ownSlices + messages.partnered.flatMap(ownSlices(ofRank:)))]
    case .all:
      plan.topology.neighbours(of: group.rank).map { neighbour in
        (neighbour, ownSlices(ofRank: neighbour) + plan.partnered(by: neighbour).flatMap(ownSlices(ofRank:)))
      }
    }
  }

  func grains(of slices: [Range<Int>]) -> [Range<Int>] {
    slices.flatMap { slice in
      stride(from: slice.lowerBound, to: slice.upperBound, by: ReductionPlan.grain).map {
        $0..<min($0 + ReductionPlan.grain, slice.upperBound)
      }
    }
  }

  /// Calls `body` for every grain, over the threads of a pool or on the calling thread, which is then not one of the pool.
  func forEachGrain(
    of grains: [Range<Int>], on threads: ThreadPool?, _ body: (Range<Int>, SumEvaluator) -> Void
  ) {
    guard let threads else {
      for grain in grains { body(grain, evaluators[evaluators.count - 1]) }
      return
    }
    let parts = min(threads.size, max(1, grains.count))
    threads.run(parts) { part in
      for index in grains.count * part / parts..<grains.count * (part + 1) / parts {
        body(grains[index], evaluators[part])
      }
    }
  }
}

/// The sums of squares of the grains that this rank owns, and how all ranks come to their total.
///
/// `@unchecked Sendable` in effect: each grain's place is written by the one thread that has the grain.
private final class GrainSquares {
  private let range: Range<Int>
  private let kernels: any Kernels
  private let partial: UnsafeMutableBufferPointer<Double>

  init(range: Range<Int>, kernels: any Kernels) {
    self.range = range
    self.kernels = kernels
    let count = (range.upperBound + ReductionPlan.grain - 1) / ReductionPlan.grain
    partial = .allocate(capacity: count)
    partial.initialize(repeating: 0)
  }

  deinit { partial.deallocate() }

  func measure(_ grain: Range<Int>, _ sums: UnsafePointer<Float>) {
    let part = grain.clamped(to: range)
    guard !part.isEmpty else { return }
    partial[grain.lowerBound / ReductionPlan.grain] = kernels.sumOfSquares(
      sums + part.lowerBound - grain.lowerBound, count: part.count)
  }

  func total(on group: any ProcessGroup, grains: (Int) -> [Range<Int>]) throws -> Double {
    func places(ofRank rank: Int) -> [Int] {
      grains(rank).map { $0.lowerBound / ReductionPlan.grain }.filter { $0 < partial.count }
    }
    let all = try group.allGather(places(ofRank: group.rank).map { partial[$0] })
    for (rank, squares) in all.enumerated() where rank != group.rank {
      for (place, value) in zip(places(ofRank: rank), squares) { partial[place] = value }
    }
    return partial.reduce(0, +)
  }
}
