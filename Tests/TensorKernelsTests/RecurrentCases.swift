import KernelInterface

/// Shapes and settings of a recurrent layer, and random operands for it.
struct RecurrentCase {
  var rows: Int
  var time: Int
  var hidden: Int
  var isReversed = false
  var hasInitial = false
  var hasLengths = false

  /// Units around vectors and around panels of four; rows around tiles of six.
  static let all: [RecurrentCase] = {
    var cases: [RecurrentCase] = []
    for (index, hidden) in [1, 2, 15, 16, 17, 31, 33, 48, 63, 64, 65, 80].enumerated() {
      let heights: [[Int]] = [[1, 7, 13], [2, 6], [3, 5, 11], [4, 6]]
      for (place, rows) in heights[index % 4].enumerated() {
        cases.append(
          RecurrentCase(
            rows: rows, time: 1 + (index + rows) % 4, hidden: hidden, isReversed: place == 1,
            hasInitial: rows % 3 != 0, hasLengths: (index + place) % 3 == 0))
      }
    }
    return cases + [RecurrentCase(rows: 0, time: 2, hidden: 3), RecurrentCase(rows: 2, time: 3, hidden: 0)]
  }()

  var state: Int { rows * hidden }
  var sequence: Int { rows * time * hidden }

  /// Values in -2 ..< 2: one stream for all cases, from places that differ by the seed.
  func random(_ seed: Int, _ count: Int) -> Floats { Floats(Array(Self.stream[seed * 100..<seed * 100 + count])) }

  private static let stream = randomFloats(1, count: 40_000).map { 2 * $0 }
}

/// What a pass writes, in the order of the fields below; operands are the same for every build.
struct RecurrentRun {
  let kernels: any Kernels
  let c: RecurrentCase
  let lengths: Guarded<Int32>

  init(_ kernels: any Kernels, _ c: RecurrentCase) {
    self.kernels = kernels
    self.c = c
    lengths = Guarded((0..<c.rows).map { Int32(($0 * 5 + 1) % (c.time + 1)) })
  }

  /// Calls `body` for each range of rows with the packed weight and as much workspace as it asks for.
  private func forEachPart(
    _ gates: Int, backward: Bool, cuts: Int, _ body: (RecurrentPass, Range<Int>, UnsafeMutablePointer<Float>) -> Void
  ) -> Bool {
    // Small enough that errors do not grow from step to step.
    let weight = Floats(c.random(9, c.hidden * gates * c.hidden).elements.map { $0 / 8 })
    let packed = Floats(
      count: kernels.packedRecurrentWeightSize(gates: gates, hidden: c.hidden, backward: backward))
    kernels.packRecurrentWeight(
      weight.pointer, gates: gates, hidden: c.hidden, backward: backward, into: packed.pointer)
    let pass = RecurrentPass(
      rows: c.rows, time: c.time, hidden: c.hidden, isReversed: c.isReversed,
      lengths: c.hasLengths ? lengths.pointer : nil, weight: packed.pointer)
    var isClean = packed.canariesLive
    for part in 0..<cuts {
      let rows = c.rows * part / cuts..<c.rows * (part + 1) / cuts
      let workspace = Floats(count: kernels.recurrentWorkspaceSize(rows: rows.count, hidden: c.hidden))
      body(pass, rows, workspace.pointer)
      isClean = isClean && workspace.canariesLive
    }
    return isClean
  }

  /// gates, hidden, cells, finalCell, dGates, dInitialHidden, dInitialCell; `nil` if something was written beside them.
  func lstm(cuts: Int = 1) -> [[Float]]? {
    let gates = c.random(1, 4 * c.sequence)
    let (h, cell) = (c.random(2, c.state), c.random(3, c.state))
    let (hidden, cells, final) = (Floats(count: c.sequence), Floats(count: c.sequence), Floats(count: c.state))
    let forward = forEachPart(4, backward: false, cuts: cuts) { pass, rows, workspace in
      let forward = LSTMForward(
        pass: pass, gates: gates.pointer, initialHidden: c.hasInitial ? UnsafePointer(h.pointer) : nil,
        initialCell: c.hasInitial ? UnsafePointer(cell.pointer) : nil, hidden: hidden.pointer, cells: cells.pointer,
        finalCell: final.pointer)
      kernels.lstm(forward.rows(rows), workspace: workspace)
    }
    let (dHidden, dFinal) = (c.random(4, c.sequence), c.random(5, c.state))
    let outputs = [4 * c.sequence, c.state, c.state].map { Floats(count: $0) }
    let backward = forEachPart(4, backward: true, cuts: cuts) { pass, rows, workspace in
      let backward = LSTMBackward(
        pass: pass, gates: gates.pointer, cells: cells.pointer,
        initialCell: c.hasInitial ? UnsafePointer(cell.pointer) : nil, dHidden: dHidden.pointer,
        dFinalCell: c.rows % 2 == 0 ? nil : UnsafePointer(dFinal.pointer), dGates: outputs[0].pointer,
        dInitialHidden: c.hasInitial ? outputs[1].pointer : nil, dInitialCell: outputs[2].pointer)
      kernels.lstmBackward(backward.rows(rows), workspace: workspace)
    }
    let written = [gates, hidden, cells, final] + outputs
    return forward && backward && written.allSatisfy(\.canariesLive) ? written.map(\.elements) : nil
  }

  /// gates, hidden, candidates, dGates, dRecurrent, dInitialHidden; `nil` if something was written beside them.
  func gru(cuts: Int = 1) -> [[Float]]? {
    let (gates, bias) = (c.random(1, 3 * c.sequence), c.random(6, 3 * c.hidden))
    let h = c.random(2, c.state)
    let (hidden, candidates) = (Floats(count: c.sequence), Floats(count: c.sequence))
    let forward = forEachPart(3, backward: false, cuts: cuts) { pass, rows, workspace in
      let forward = GRUForward(
        pass: pass, gates: gates.pointer, recurrentBias: c.rows % 2 == 0 ? nil : UnsafePointer(bias.pointer),
        initialHidden: c.hasInitial ? UnsafePointer(h.pointer) : nil, hidden: hidden.pointer,
        candidates: candidates.pointer)
      kernels.gru(forward.rows(rows), workspace: workspace)
    }
    let dHidden = c.random(4, c.sequence)
    let outputs = [3 * c.sequence, 3 * c.sequence, c.state].map { Floats(count: $0) }
    let backward = forEachPart(3, backward: true, cuts: cuts) { pass, rows, workspace in
      let backward = GRUBackward(
        pass: pass, gates: gates.pointer, candidates: candidates.pointer, hidden: hidden.pointer,
        initialHidden: c.hasInitial ? UnsafePointer(h.pointer) : nil, dHidden: dHidden.pointer,
        dGates: outputs[0].pointer, dRecurrent: outputs[1].pointer,
        dInitialHidden: c.hasInitial ? outputs[2].pointer : nil)
      kernels.gruBackward(backward.rows(rows), workspace: workspace)
    }
    let written = [gates, hidden, candidates] + outputs
    return forward && backward && written.allSatisfy(\.canariesLive) ? written.map(\.elements) : nil
  }
}
