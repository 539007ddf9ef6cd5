import KernelInterface
import Testing

@Suite struct RecurrentTests {
  enum Cell: CaseIterable {
    case lstm, gru

    func run(_ kernels: any Kernels, _ c: RecurrentCase, cuts: Int = 1) -> [[Float]]? {
      let run = RecurrentRun(kernels, c)
      return self == .lstm ? run.lstm(cuts: cuts) : run.gru(cuts: cuts)
    }
  }

  @Test("states and gradients are close to the exact ones", arguments: InstructionSet.available, Cell.allCases)
  func closeness(set: InstructionSet, cell: Cell) throws {
    for c in RecurrentCase.all {
      let actual = try #require(cell.run(set.kernels, c), "wrote beside its outputs: \(c)")
      let exact = try #require(cell.run(reference, c))
      for (actual, exact) in zip(actual, exact) {
        expectClose(actual, exact) { 2e-5 * max(1, $0) }
      }
    }
  }

  @Test("every build gives the same bits", arguments: Cell.allCases)
  func sameBits(cell: Cell) throws {
    for c in RecurrentCase.all {
      let results = try InstructionSet.available.map { try #require(cell.run($0.kernels, c)).flatMap(\.self) }
      for result in results { expectSameBits(result, results[0], "\(c)") }
    }
  }

  @Test("how rows are cut does not change a bit", arguments: InstructionSet.available, Cell.allCases)
  func cuts(set: InstructionSet, cell: Cell) throws {
    for c in RecurrentCase.all where c.rows > 3 {
      let whole = try #require(cell.run(set.kernels, c)).flatMap(\.self)
      for cuts in 2...4 {
        expectSameBits(try #require(cell.run(set.kernels, c, cuts: cuts)).flatMap(\.self), whole, "\(c) in \(cuts)")
      }
    }
  }

  @Test("a NaN stays in its row", arguments: InstructionSet.available)
  func notANumber(set: InstructionSet) {
    let (rows, time, hidden) = (3, 2, 20)
    let weight = Floats(random: 1, count: hidden * 4 * hidden)
    let packed = Floats(
      count: set.kernels.packedRecurrentWeightSize(gates: 4, hidden: hidden, backward: false))
    set.kernels.packRecurrentWeight(weight.pointer, gates: 4, hidden: hidden, backward: false, into: packed.pointer)
    let gates = Floats(random: 2, count: rows * time * 4 * hidden)
    gates.pointer[time * 4 * hidden + 5] = .nan
    let (states, cell) = (Floats(count: rows * time * hidden), Floats(count: rows * hidden))
    let workspace = Floats(count: set.kernels.recurrentWorkspaceSize(rows: rows, hidden: hidden))
    set.kernels.lstm(
      LSTMForward(
        pass: RecurrentPass(
          rows: rows, time: time, hidden: hidden, isReversed: false, lengths: nil, weight: packed.pointer),
        gates: gates.pointer, initialHidden: nil, initialCell: nil, hidden: states.pointer, cells: nil,
        finalCell: cell.pointer), workspace: workspace.pointer)
    let isNaN = states.elements.map(\.isNaN)
    let row = time * hidden
    #expect(isNaN[row..<row + hidden].enumerated().allSatisfy { $1 == ($0 == 5) })
    #expect(isNaN[row + hidden..<2 * row].allSatisfy { $0 })
    #expect(!isNaN[..<row].contains(true) && !isNaN[(2 * row)...].contains(true))
  }
}
