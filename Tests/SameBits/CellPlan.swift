import KernelInterface
import TestSupport

/// How a cell is trained: one launch after another, each up to a step.
struct CellPlan {
  struct Leg: Equatable {
    let ranks: Int
    let lastStep: Int
  }

  let cell: Cell
  let legs: [Leg]
  /// One process, started without mpirun, with the defaults for everything that cells vary.
  var isReference = false
  /// Trained with another seed than all others: what a fault of ours would look like.
  var isSpoiled = false

  /// - Parameter ranks: the numbers of ranks that a resumed cell may go on with.
  init(_ cell: Cell, steps: Int, ranks: [Int], seed: UInt64) {
    self.cell = cell
    guard cell.isResumed else {
      legs = [Leg(ranks: cell.ranks, lastStep: steps)]
      return
    }
    var random = SeededGenerator(seed: seed)
    let stops = (1..<steps).shuffled(using: &random).prefix(2).sorted() + [steps]
    var legs: [Leg] = []
    for stop in stops {
      let others = ranks.filter { $0 != legs.last?.ranks }
      let next = legs.isEmpty ? cell.ranks : others.randomElement(using: &random) ?? cell.ranks
      legs.append(Leg(ranks: next, lastStep: stop))
    }
    self.legs = legs
  }

  /// What every other cell is compared with: one process of one thread, never stopped.
  static func reference(_ instructionSet: InstructionSet, steps: Int) -> CellPlan {
    var cell = Cell()
    cell.instructionSet = instructionSet
    var plan = CellPlan(cell, steps: steps, ranks: [1], seed: 0)
    plan.isReference = true
    return plan
  }

  /// `ranks 3, threads 1, ...`; of a resumed cell also where it was stopped and on how many ranks it went on.
  func description(_ factors: [Factor]) -> String {
    let values = factors.map { "\($0.name) \($0.label(of: cell))" }.joined(separator: ", ")
    guard legs.count > 1 else { return values }
    return values + " (" + legs.map { "to step \($0.lastStep) on \($0.ranks)" }.joined(separator: ", ") + ")"
  }
}
