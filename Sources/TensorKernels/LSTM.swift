import KernelInterface

extension VectorKernels {
  /// Two hidden states (of this step and of the last), the cell state, and the products of a tile.
  public func recurrentWorkspaceSize(rows: Int, hidden: Int) -> Int {
    3 * rows * unitVectors(hidden) * Vector.scalarCount + recurrentTileFloats
  }

  public func lstm(_ forward: LSTMForward, workspace: UnsafeMutablePointer<Float>) {
    let pass = forward.pass
    let width = unitVectors(pass.hidden) * Vector.scalarCount
    let products = workspace
    var previous = products + recurrentTileFloats
    var current = previous + pass.rows * width
    let cells = current + pass.rows * width
    beginState(previous, forward.initialHidden, pass, width)
    beginState(cells, forward.initialCell, pass, width)
    for step in 0..<pass.time {
      let place = pass.place(step)
      let hasProduct = step > 0 || forward.initialHidden != nil
      forEachVector(pass.hidden) { units in
        let panel = pass.weight + units.first * 4 * pass.hidden
        forEachRecurrentTile(pass.rows) { row, height in
          let state = (row: row, at: row * width + units.first)
          for r in 0..<height { prefetchCell(forward, row + r, place, units.first) }
          if hasProduct {
            multiplyRecurrentTile(
              height, 4, depth: pass.hidden, previous + row * width, aStride: width, panel, into: products,
              cStride: 4 * Vector.scalarCount, continues: false)
          } else {
            clear(products, height * 4)
          }
          for r in 0..<height {
            let at = state.at + r * width
            lstmCell(
              forward, state.row + r, place, units, products + r * 4 * Vector.scalarCount, previous + at, current + at,
              cells + at)
          }
        }
      }
      (previous, current) = (current, previous)
    }
    endState(cells, forward.finalCell, pass, width)
  }

  public func lstmBackward(_ backward: LSTMBackward, workspace: UnsafeMutablePointer<Float>) {
    let pass = backward.pass
    let width = unitVectors(pass.hidden) * Vector.scalarCount
    let dHidden = workspace
    let dCell = dHidden + pass.rows * width
    beginState(dHidden, nil, pass, width)
    beginState(dCell, backward.dFinalCell, pass, width)
    for step in stride(from: pass.time - 1, through: 0, by: -1) {
      let place = pass.place(step)
      for row in 0..<pass.rows {
        forEachVector(pass.hidden) { units in
          let at = row * width + units.first
          prefetchCellBackward(backward, row + 2, step, place, units.first)
          lstmCellBackward(backward, row, step, place, units, dHidden + at, dCell + at)
        }
      }
      if step > 0 || backward.dInitialHidden != nil {
        multiplyBackward(
          pass, gates: 4, backward.dGates + place * 4 * pass.hidden, stride: pass.time * 4 * pass.hidden, into: dHidden,
          width)
      }
    }
    if let dInitialHidden = backward.dInitialHidden { endState(dHidden, dInitialHidden, pass, width) }
    if let dInitialCell = backward.dInitialCell { endState(dCell, dInitialCell, pass, width) }
  }
}

/// Asks for what `lstmCell` will read and write, while the product keeps the multipliers busy: from one row to the next
/// it is too far for the processor to foresee.
@inline(__always)
private func prefetchCell(_ forward: LSTMForward, _ row: Int, _ place: Int, _ unit: Int) {
  let hidden = forward.pass.hidden
  let at = (row * forward.pass.time + place) * hidden
  for gate in 0..<4 { prefetch(forward.gates + at * 4 + gate * hidden + unit) }
  prefetch(forward.hidden + at + unit)
  if let cells = forward.cells { prefetch(cells + at + unit) }
}

/// Some units of one row, one step.
@inline(__always)
private func lstmCell(
  _ forward: LSTMForward, _ row: Int, _ place: Int, _ units: Lanes, _ products: UnsafePointer<Float>,
  _ previous: UnsafePointer<Float>, _ current: UnsafeMutablePointer<Float>, _ cell: UnsafeMutablePointer<Float>
) {
  let (pass, hidden) = (forward.pass, forward.pass.hidden)
  let at = row * pass.time + place
  let gates = forward.gates + at * 4 * hidden
  var c = read(cell)
  var h = read(previous)
  if !pass.isPastEnd(row: row, place: place) {
    let i = sigmoid(gates.vector(units) + read(products))
    let f = sigmoid((gates + hidden).vector(units) + read(products + Vector.scalarCount))
    let g = tanh((gates + 2 * hidden).vector(units) + read(products + 2 * Vector.scalarCount))
    let o = sigmoid((gates + 3 * hidden).vector(units) + read(products + 3 * Vector.scalarCount))
    c = (f * c).adding(i, times: g)
    h = o * tanh(c)
    if forward.cells != nil {
      gates.store(i, units)
      (gates + hidden).store(f, units)
      (gates + 2 * hidden).store(g, units)
      (gates + 3 * hidden).store(o, units)
    }
  }
  write(c, to: cell)
  write(h, to: current)
  if let cells = forward.cells { (cells + at * hidden).store(c, units) }
  (forward.hidden + at * hidden).store(h, units)
}

/// Asks for what `lstmCellBackward` will read and write.
@inline(__always)
private func prefetchCellBackward(_ backward: LSTMBackward, _ row: Int, _ step: Int, _ place: Int, _ unit: Int) {
  let (pass, hidden) = (backward.pass, backward.pass.hidden)
  let at = (row * pass.time + place) * hidden
  for gate in 0..<4 {
    prefetch(backward.gates + at * 4 + gate * hidden + unit)
    prefetch(backward.dGates + at * 4 + gate * hidden + unit)
  }
  prefetch(backward.dHidden + at + unit)
  prefetch(backward.cells + (row * pass.time + pass.place(max(step - 1, 0))) * hidden + unit)
}

@inline(__always)
private func lstmCellBackward(
  _ backward: LSTMBackward, _ row: Int, _ step: Int, _ place: Int, _ units: Lanes,
  _ dHidden: UnsafeMutablePointer<Float>, _ dCell: UnsafeMutablePointer<Float>
) {
  let (pass, hidden) = (backward.pass, backward.pass.hidden)
  let at = row * pass.time + place
  let (gates, dGates) = (backward.gates + at * 4 * hidden, backward.dGates + at * 4 * hidden)
  let dh = read(dHidden) + (backward.dHidden + at * hidden).vector(units)
  if pass.isPastEnd(row: row, place: place) {
    for gate in 0..<4 { (dGates + gate * hidden).store(.zero, units) }
    write(dh, to: dHidden)
    return
  }
  let i = gates.vector(units)
  let f = (gates + hidden).vector(units)
  let g = (gates + 2 * hidden).vector(units)
  let o = (gates + 3 * hidden).vector(units)
  let c = tanh((backward.cells + at * hidden).vector(units))
  var previous = Vector.zero
  if step > 0 {
    previous = (backward.cells + (row * pass.time + pass.place(step - 1)) * hidden).vector(units)
  } else if let initial = backward.initialCell {
    previous = (initial + row * hidden).vector(units)
  }
  let dc = read(dCell).adding(dh * o, times: 1 - c * c)
  dGates.store(dc * g * (i * (1 - i)), units)
  (dGates + hidden).store(dc * previous * (f * (1 - f)), units)
  (dGates + 2 * hidden).store(dc * i * (1 - g * g), units)
  (dGates + 3 * hidden).store(dh * c * (o * (1 - o)), units)
  write(dc * f, to: dCell)
  write(.zero, to: dHidden)
}
