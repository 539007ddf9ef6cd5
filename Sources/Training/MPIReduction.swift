import Collectives
import Optimizers
import TensorCore

/// The reduction by `MPI_Allreduce`: every rank has parameters and optimizer state of its own. What it adds in which order is
/// MPI's choice, so the bits may depend on the number of ranks.
struct MPIReduction: Reduction {
  let lanes: GradientLanes
  let parameters: Arena
  let optimizer: Optimizer
  let group: any ProcessGroup

  var nodes: Int? { nil }
  var sameBits: String {
    group.size <= 2
      ? "any threads, 1 or 2 ranks" : "any threads; MPI chooses the order of sums over \(group.size) ranks"
  }

  func accumulate(_ backward: (_ lane: Int, _ target: GradientLanes.Target) -> Float) -> [Double] {
    lanes.accumulate(backward)
  }

  func settle() throws { try group.barrier() }

  func update(_ request: UpdateRequest, _ times: inout StepTimes) throws -> UpdateOutcome {
    let sum = lanes.arenas[0]
    try times.measure(\.reduce) {
      for index in lanes.tree.subtrees(within: lanes.lanes).indices.dropFirst() { sum.add(lanes.arenas[index]) }
      try sum.withMutableValues { try group.allReduceSum($0) }
    }
    return times.measure(\.update) { update(request, from: sum) }
  }

  private func update(_ request: UpdateRequest, from sum: Arena) -> UpdateOutcome {
    let meanFactor = 1 / Float(lanes.tree.lanes)
    let needsSquares = request.needsNorm || request.leavesOutNonFinite
    let clipping = GradientClipping.scale(
      sumOfSquares: needsSquares ? sum.trained.sumOfSquares() : 0, meanFactor: meanFactor,
      maximumNorm: request.maximumNorm)
    guard clipping.norm.isFinite else { return .notFinite(defect(in: sum)) }
    let update = StepUpdate(request, optimizer, scale: clipping.scale, meanFactor: meanFactor)
    let firstBad = FirstNonFinite(kernels: parameters.backend.kernels)
    sum.forEachPart { part, values in
      // A grain at a time: what is looked at is then updated out of the cache.
      for start in stride(from: part.lowerBound, to: part.upperBound, by: ReductionPlan.grain) {
        let range = start..<min(start + ReductionPlan.grain, part.upperBound)
        let sums = values + (start - part.lowerBound)
        if firstBad.isFinite(sums, range) { update.apply(to: parameters, sums, range) }
      }
    }
    guard firstBad.place == .max else { return .notFinite(defect(in: sum)) }
    return .updated(norm: request.needsNorm ? clipping.norm : nil)
  }

  private func defect(in sum: Arena) -> GradientDefect {
    let place = sum.withMutableValues { values in values.firstIndex { !$0.isFinite } }
    let entry = parameters.layout.entries.first { entry in place.map(entry.range.contains) ?? false }
    return GradientDefect(parameter: entry?.name ?? "the norm", lanes: [])
  }

  var stateHolders: [Int] { Array(0..<group.size) }

  func gatherState() {}

  func distributeState() throws {
    for arena in [parameters] + optimizer.state.map(\.arena) {
      try group.broadcast(arena, from: 0, keeping: [0..<arena.count])
    }
  }

  func free() {}
}
