import Collectives
import Optimizers
import TensorCore

/// The reduction along the lanes' tree: the same bits on any number of ranks, nodes and threads, fast in shared memory.
///
/// Where the optimizer is sharded, a node's ranks have one arena of parameters between them, and each updates the part of it
/// that it owns: on one node in the same pass that sums the gradients, and nothing is copied or sent.
struct CanonicalReduction: Reduction {
  let exchange: GradientExchange
  let lanes: GradientLanes
  let parameters: Arena
  let optimizer: Optimizer
  /// Whether parameters and optimizer state are the node's, each rank updating its share.
  let isSharded: Bool
  let memories: [any NodeMemory]
  let group: any ProcessGroup

  var nodes: Int? { exchange.plan.topology.nodes.count }
  var sameBits: String {
    guard exchange.options.precision == .bfloat16 else { return "any ranks up to the lanes, threads and nodes" }
    let nodes = exchange.plan.topology.nodes.count
    return nodes == 1
      ? "any ranks and threads on one node" : "any ranks and threads, their lanes split over \(nodes) nodes as here"
  }

  /// The slices that this rank updates.
  var share: GradientExchange.Share {
    guard isSharded else { return .all }
    // Rounded sums come to every node, so that nobody has to send parameters in full.
    return exchange.options.precision == .bfloat16 ? .held : .own
  }

  func accumulate(_ backward: (_ lane: Int, _ target: GradientLanes.Target) -> Float) -> [Double] {
    guard exchange.isOverlapped else { return lanes.accumulate(backward) }
    exchange.begin()
    return lanes.accumulate(notifying: { exchange.complete($0, preparing: $1) }, backward)
  }

  func settle() throws { try exchange.settle() }

  func update(_ request: UpdateRequest, _ times: inout StepTimes) throws -> UpdateOutcome {
    if isSharded && exchange.isOnOneNode && !request.needsNorm && !request.leavesOutNonFinite {
      return try updateInOnePass(request, &times)
    }
    let meanFactor = 1 / Float(exchange.plan.tree.lanes)
    let sumOfSquares = try times.measure(\.reduce) {
      try exchange.makeSums(squaresWithin: parameters.layout.trainedRange)
    }
    let clipping = GradientClipping.scale(
      sumOfSquares: sumOfSquares, meanFactor: meanFactor, maximumNorm: request.maximumNorm)
    guard clipping.norm.isFinite else { return .notFinite(try defect(at: firstNonFiniteSum())) }
    try times.measure(\.reduce) { if share != .own { try exchange.gatherSums() } }
    try times.measure(\.update) {
      let update = StepUpdate(request, optimizer, scale: clipping.scale, meanFactor: meanFactor)
      exchange.forEachSum(share) { range, sums in update.apply(to: parameters, sums, range) }
      if share == .own { try exchange.publish(parameters) } else { exchange.meetNeighbours() }
    }
    return .updated(norm: request.needsNorm ? clipping.norm : nil)
  }

  /// Sums and updates grain by grain. A gradient that is not finite is seen before its own grain is updated, though after
  /// others were: the run ends there, and what it would go on from is its last checkpoint.
  private func updateInOnePass(_ request: UpdateRequest, _ times: inout StepTimes) throws -> UpdateOutcome {
    let meanFactor = 1 / Float(exchange.plan.tree.lanes)
    let update = StepUpdate(request, optimizer, scale: meanFactor, meanFactor: meanFactor)
    let firstBad = FirstNonFinite(kernels: parameters.backend.kernels)
    times.measure(\.reduce) {
      exchange.sumOwnSlices { range, sums in
        if firstBad.isFinite(sums, range) { update.apply(to: parameters, sums, range) }
      }
      exchange.tellNeighbours(firstBad.place)
    }
    times.measure(\.wait) { exchange.meetNeighbours() }
    let index = exchange.neighboursWords.min() ?? .max
    return index == .max ? .updated(norm: nil) : .notFinite(try defect(at: index))
  }

  // MARK: - Gradients that are not finite

  private func firstNonFiniteSum() -> Int {
    let firstBad = FirstNonFinite(kernels: parameters.backend.kernels)
    exchange.forEachSum(.own) { range, sums in _ = firstBad.isFinite(sums, range) }
    return firstBad.place
  }

  /// Every rank brings the place that it knows of; the first of them is looked at everywhere.
  private func defect(at index: Int) throws -> GradientDefect {
    let places = try group.allGather(withUnsafeBytes(of: index) { Array($0) }).map { bytes in
      bytes.withUnsafeBytes { $0.loadUnaligned(as: Int.self) }
    }
    let place = places.min() ?? index
    let subtrees = exchange.plan.partialSums(ofRank: group.rank)
    let own = zip(subtrees, exchange.buffers).filter { _, buffer in
      buffer.withMutableValues { place < $0.count && !$0[place].isFinite }
    }.flatMap { [$0.0.lowerBound, $0.0.upperBound] }
    let all = try group.allGather(own.withUnsafeBytes { Array($0) }).flatMap { bytes in
      bytes.withUnsafeBytes { Array($0.bindMemory(to: Int.self)) }
    }
    let lanes = stride(from: 0, to: all.count, by: 2).map { all[$0]..<all[$0 + 1] }.sorted {
      $0.lowerBound < $1.lowerBound
    }
    let entry = parameters.layout.entries.first { $0.range.contains(place) }
    return GradientDefect(parameter: entry?.name ?? "the norm", lanes: lanes)
  }

  // MARK: - Checkpoints

  /// Between nodes a rank keeps the state of its slices only, and rank 0's node gets the others' before a save.
  private var gathersState: Bool { share == .own && !exchange.isOnOneNode }

  var stateHolders: [Int] {
    gathersState ? exchange.plan.topology.neighbours(of: 0) : Array(0..<group.size)
  }

  func gatherState() throws {
    guard gathersState else { return }
    for state in optimizer.state { try exchange.collect(state.arena, on: 0) }
  }

  func distributeState() throws {
    let leader = exchange.plan.topology.neighbours(of: group.rank)[0]
    let all = [0..<parameters.count]
    try group.broadcast(parameters, from: 0, keeping: isSharded && group.rank != leader ? [] : all)
    for state in optimizer.state {
      try group.broadcast(state.arena, from: 0, keeping: isSharded ? exchange.slices(of: share) : all)
    }
    exchange.meetNeighbours()
  }

  func free() throws {
    try exchange.free()
    for memory in memories { try memory.free() }
  }
}

/// One step's update of parameters and running statistics.
struct StepUpdate {
  private let update: OptimizerUpdate
  private let meanFactor: Float

  init(_ request: UpdateRequest, _ optimizer: Optimizer, scale: Float, meanFactor: Float) {
    update = optimizer.update(gradientScale: scale, learningRate: request.learningRate, step: request.step)
    self.meanFactor = meanFactor
  }

  /// - Parameter sums: of the gradients in `range` over all lanes.
  func apply(to parameters: Arena, _ sums: UnsafePointer<Float>, _ range: Range<Int>) {
    update.apply(to: parameters, gradients: sums, range: range)
    parameters.updateStatistics(from: sums, range: range, meanFactor: meanFactor)
  }
}

extension ProcessGroup {
  /// Gives every rank the values of `root`'s arena, bit for bit; a rank keeps those in some ranges only. A few megabytes at
  /// a time.
  func broadcast(_ arena: Arena, from root: Int, keeping ranges: [Range<Int>]) throws {
    let piece = 1 << 20
    for start in stride(from: 0, to: arena.count, by: piece) {
      let part = start..<min(start + piece, arena.count)
      var bytes =
        rank == root
        ? arena.withMutableValues { Array(UnsafeRawBufferPointer(UnsafeMutableBufferPointer(rebasing: $0[part]))) } : []
      try broadcast(&bytes, from: root)
      guard rank != root else { continue }
      arena.withMutableValues { values in
        bytes.withUnsafeBytes { bytes in
          let received = bytes.bindMemory(to: Float.self)
          for range in ranges.map({ $0.clamped(to: part) }) where !range.isEmpty {
            _ = values[range].update(fromContentsOf: received[range.lowerBound - start..<range.upperBound - start])
          }
        }
      }
    }
  }
}
