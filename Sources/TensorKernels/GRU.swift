import KernelInterface

extension VectorKernels {
  public func gru(_ forward: GRUForward, workspace: UnsafeMutablePointer<Float>) {
    let pass = forward.pass
    let width = unitVectors(pass.hidden) * Vector.scalarCount
    let products = workspace
    var previous = products + recurrentTileFloats
    var current = previous + pass.rows * width
    beginState(previous, forward.initialHidden, pass, width)
    for step in 0..<pass.time {
      let place = pass.place(step)
      let hasProduct = step > 0 || forward.initialHidden != nil
      forEachVector(pass.hidden) { units in
        let panel = pass.weight + units.first * 3 * pass.hidden
        forEachRecurrentTile(pass.rows) { row, height in
          if hasProduct {
            multiplyRecurrentTile(
              height, 3, depth: pass.hidden, previous + row * width, aStride: width, panel, into: products,
              cStride: 3 * Vector.scalarCount, continues: false)
          } else {
            clear(products, height * 3)
          }
          for r in 0..<height {
            let at = (row + r) * width + units.first
            gruCell(
              forward, row + r, place, units, products + r * 3 * Vector.scalarCount, previous + at, current + at)
          }
        }
      }
      (previous, current) = (current, previous)
    }
  }

  public func gruBackward(_ backward: GRUBackward, workspace: UnsafeMutablePointer<Float>) {
    let pass = backward.pass
    let width = unitVectors(pass.hidden) * Vector.scalarCount
    let dHidden = workspace
    beginState(dHidden, nil, pass, width)
    for step in stride(from: pass.time - 1, through: 0, by: -1) {
      let place = pass.place(step)
      for row in 0..<pass.rows {
        forEachVector(pass.hidden) { units in
          gruCellBackward(backward, row, step, place, units, dHidden + row * width + units.first)
        }
      }
      if step > 0 || backward.dInitialHidden != nil {
        multiplyBackward(
          pass, gates: 3, backward.dRecurrent + place * 3 * pass.hidden, stride: pass.time * 3 * pass.hidden,
          into: dHidden, width)
      }
    }
    if let dInitialHidden = backward.dInitialHidden { endState(dHidden, dInitialHidden, pass, width) }
  }
}

/// Some units of one row, one step.
@inline(__always)
private func gruCell(
  _ forward: GRUForward, _ row: Int, _ place: Int, _ units: Lanes, _ products: UnsafePointer<Float>,
  _ previous: UnsafePointer<Float>, _ current: UnsafeMutablePointer<Float>
) {
  let (pass, hidden) = (forward.pass, forward.pass.hidden)
  let at = row * pass.time + place
  let gates = forward.gates + at * 3 * hidden
  var h = read(previous)
  if !pass.isPastEnd(row: row, place: place) {
    var ur = read(products)
    var uz = read(products + Vector.scalarCount)
    var un = read(products + 2 * Vector.scalarCount)
    if let bias = forward.recurrentBias {
      ur += bias.vector(units)
      uz += (bias + hidden).vector(units)
      un += (bias + 2 * hidden).vector(units)
    }
    let r = sigmoid(gates.vector(units) + ur)
    let z = sigmoid((gates + hidden).vector(units) + uz)
    let n = tanh((gates + 2 * hidden).vector(units).adding(r, times: un))
    h = n.adding(z, times: h - n)
    if let candidates = forward.candidates {
      gates.store(r, units)
      (gates + hidden).store(z, units)
      (gates + 2 * hidden).store(n, units)
      (candidates + at * hidden).store(un, units)
    }
  }
  write(h, to: current)
  (forward.hidden + at * hidden).store(h, units)
}

@inline(__always)
private func gruCellBackward(
  _ backward: GRUBackward, _ row: Int, _ step: Int, _ place: Int, _ units: Lanes, _ dHidden: UnsafeMutablePointer<Float>
) {
  let (pass, hidden) = (backward.pass, backward.pass.hidden)
  let at = row * pass.time + place
  let gates = backward.gates + at * 3 * hidden
  let (dGates, dRecurrent) = (backward.dGates + at * 3 * hidden, backward.dRecurrent + at * 3 * hidden)
  let dh = read(dHidden) + (backward.dHidden + at * hidden).vector(units)
  if pass.isPastEnd(row: row, place: place) {
    for gate in 0..<3 {
      (dGates + gate * hidden).store(.zero, units)
      (dRecurrent + gate * hidden).store(.zero, units)
    }
    write(dh, to: dHidden)
    return
  }
  let r = gates.vector(units)
  let z = (gates + hidden).vector(units)
  let n = (gates + 2 * hidden).vector(units)
  var previous = Vector.zero
  if step > 0 {
    previous = (backward.hidden + (row * pass.time + pass.place(step - 1)) * hidden).vector(units)
  } else if let initial = backward.initialHidden {
    previous = (initial + row * hidden).vector(units)
  }
  let dn = dh * (1 - z) * (1 - n * n)
  let dr = dn * (backward.candidates + at * hidden).vector(units) * (r * (1 - r))
  let dz = dh * (previous - n) * (z * (1 - z))
  dGates.store(dr, units)
  (dGates + hidden).store(dz, units)
  (dGates + 2 * hidden).store(dn, units)
  dRecurrent.store(dr, units)
  (dRecurrent + hidden).store(dz, units)
  (dRecurrent + 2 * hidden).store(dn * r, units)
  write(dh * z, to: dHidden)
}
