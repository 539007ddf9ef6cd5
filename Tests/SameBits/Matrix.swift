import KernelInterface

/// The cells of every model.
struct Matrix {
  let factors: [Factor]
  let plans: [CellPlan]
  /// How many combinations there are in all, and how many pairs of values, of which the cells have so many.
  let combinations: Int
  let pairs: Int
  let coveredPairs: Int

  struct Options {
    var instructionSets: [InstructionSet]
    var isLabAvailable = false
    /// Fewer ranks and no lab.
    var isSmall = false
    /// Beside the covering cells the whole product of what is quick: neither resumed nor in the lab.
    var isWhole = false
    /// Only the first so many; `nil` takes all.
    var limit: Int?
    var seed: UInt64 = 1
  }

  /// - Parameter spoiled: the number of the cell that gets another seed, from 1; `nil` for none.
  init(_ options: Options, spoiling spoiled: Int? = nil) {
    let factors = Factor.all(
      instructionSets: options.instructionSets, isLabAvailable: options.isLabAvailable, isSmall: options.isSmall)
    let array = CoveringArray(sizes: factors.map(\.values.count)) { a, b in
      var cell = Cell()
      factors[a.factor].values[a.value].apply(&cell)
      factors[b.factor].values[b.value].apply(&cell)
      let isPlacement = Set([factors[a.factor].name, factors[b.factor].name]) == ["ranks", "nodes"]
      return !isPlacement || Cell.fill(cell.ranks, nodes: cell.nodes)
    }
    let product = array.product
    var rows = array.rows(seed: options.seed)
    if options.isWhole { rows += product.filter { Self.cell($0, factors).isQuick && !rows.contains($0) } }
    rows = Array(rows.prefix(options.limit ?? rows.count))
    let ranks = Set(product.map { Self.cell($0, factors).ranks }).sorted()
    plans = rows.enumerated().map { number, row in
      var plan = CellPlan(
        Self.cell(row, factors), steps: TrainedModel.steps, ranks: ranks, seed: options.seed &+ UInt64(number))
      plan.isSpoiled = number + 1 == spoiled
      return plan
    }
    self.factors = factors
    combinations = product.count
    pairs = array.pairs.count
    coveredPairs = Set(rows.flatMap(CoveringArray.pairs)).count
  }

  private static func cell(_ row: [Int], _ factors: [Factor]) -> Cell {
    var cell = Cell()
    for (factor, value) in zip(factors, row) { factor.values[value].apply(&cell) }
    return cell
  }
}

extension Cell {
  fileprivate var isQuick: Bool { !isResumed && !isInLab }
}
