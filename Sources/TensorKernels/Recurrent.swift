import KernelInterface

// What LSTM and GRU share: states, held in rows of whole vectors, and the product that takes dh a step back.

/// The products of a tile: six rows, four gates of 16 units.
let recurrentTileFloats = 6 * 4 * Vector.scalarCount

/// Copies an initial state [rows, hidden], or zeros, to rows of `width` floats.
func beginState(
  _ state: UnsafeMutablePointer<Float>, _ initial: UnsafePointer<Float>?, _ pass: RecurrentPass, _ width: Int
) {
  for row in 0..<pass.rows {
    forEachVector(pass.hidden) { units in
      write(initial.map { ($0 + row * pass.hidden).vector(units) } ?? .zero, to: state + row * width + units.first)
    }
  }
}

func endState(
  _ state: UnsafePointer<Float>, _ final: UnsafeMutablePointer<Float>, _ pass: RecurrentPass, _ width: Int
) {
  for row in 0..<pass.rows {
    forEachVector(pass.hidden) { units in
      (final + row * pass.hidden).store(read(state + row * width + units.first), units)
    }
  }
}

@inline(__always)
func clear(_ p: UnsafeMutablePointer<Float>, _ vectors: Int) {
  for vector in 0..<vectors { write(.zero, to: p + vector * Vector.scalarCount) }
}

/// dHidden += dGates R^T for one step; `stride` floats of dGates from one row of the batch to the next.
@inline(__always)
func multiplyBackward(
  _ pass: RecurrentPass, gates: Int, _ dGates: UnsafePointer<Float>, stride: Int,
  into dHidden: UnsafeMutablePointer<Float>, _ width: Int
) {
  let depth = gates * pass.hidden
  var unit = 0
  while unit < width {
    let vectors = min(backwardPanelVectors, (width &- unit) / Vector.scalarCount)
    forEachRecurrentTile(pass.rows) { row, height in
      multiplyRecurrentTile(
        height, vectors, depth: depth, dGates + row * stride, aStride: stride, pass.weight + unit * depth,
        into: dHidden + row * width + unit, cStride: width, continues: true)
    }
    unit &+= vectors &* Vector.scalarCount
  }
}
