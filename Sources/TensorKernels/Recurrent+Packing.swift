import KernelInterface

// Forward, a panel has the columns of R that belong to 16 units, gate by gate: a tile of it gives all gates of these
// units. Backward, a panel has 64 rows of R, as columns: 16 units of dh' in each of four vectors. Missing units are
// zeros or, backward, like others: nobody asks for their dh'.

/// Vectors that hold `hidden` units.
@inline(__always)
func unitVectors(_ hidden: Int) -> Int { (hidden &+ Vector.scalarCount &- 1) / Vector.scalarCount }

/// Vectors of a panel of the backward product.
let backwardPanelVectors = 4

extension VectorKernels {
  public func packedRecurrentWeightSize(gates: Int, hidden: Int, backward: Bool) -> Int {
    unitVectors(hidden) * Vector.scalarCount * gates * hidden
  }

  public func packRecurrentWeight(
    _ weight: UnsafePointer<Float>, gates: Int, hidden: Int, backward: Bool, into packed: UnsafeMutablePointer<Float>
  ) {
    if backward {
      packBackward(weight, gates, hidden, packed)
    } else {
      packForward(weight, gates, hidden, packed)
    }
  }
}

private func packForward(
  _ weight: UnsafePointer<Float>, _ gates: Int, _ hidden: Int, _ packed: UnsafeMutablePointer<Float>
) {
  var target = packed
  forEachVector(hidden) { units in
    for k in 0..<hidden {
      for gate in 0..<gates {
        write((weight + (k * gates + gate) * hidden).vector(units), to: target)
        target += Vector.scalarCount
      }
    }
  }
}

private func packBackward(
  _ weight: UnsafePointer<Float>, _ gates: Int, _ hidden: Int, _ packed: UnsafeMutablePointer<Float>
) {
  let depth = gates * hidden
  var unit = 0
  while unit < hidden {
    let vectors = min(backwardPanelVectors, unitVectors(hidden - unit))
    let width = vectors * Vector.scalarCount
    let panel = packed + unit * depth
    let filled = min(width, hidden - unit)
    if filled < width { clear(panel, depth * vectors) }
    let columns = operand(weight, stride: depth, count: hidden, depth: depth, isDepthMajor: false)
    pack(columns, unit, filled, 0, depth, into: panel, stride: width)
    unit += width
  }
}
