import KernelInterface

extension VectorKernels {
  public func softmaxRows(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    let end = x + rows * columns
    for r in 0..<rows {
      let (x, y) = (x + r * columns, y + r * columns)
      let maximum = rowMaximum(x, count: columns, readableUntil: end)
      var lanes = Vector.zero
      // The powers at the row's end, if they do not fill a vector: they stay in a register, as storing a part costs more.
      var rest = Vector.zero
      forEachVector(columns) {
        let powers = expOfNonPositive(x.vector($0, padding: -.infinity, readableUntil: end) - maximum)
        if $0.count == Vector.scalarCount { y.store(powers, $0) } else { rest = powers }
        lanes += powers
      }
      let inverse = Vector(repeating: 1 / lanes.laneSum)
      forEachVector(columns) { y.store(($0.count == Vector.scalarCount ? y.vector($0) : rest) * inverse, $0) }
    }
  }

  public func softmaxRowsBackward(
    y: UnsafePointer<Float>, dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int, accumulates: Bool
  ) {
    let (yEnd, dyEnd) = (y + rows * columns, dy + rows * columns)
    for r in 0..<rows {
      let (y, dy, dx) = (y + r * columns, dy + r * columns, dx + r * columns)
      let yVector = { (lanes: Lanes) in y.vector(lanes, padding: 0, readableUntil: yEnd) }
      let dyVector = { (lanes: Lanes) in dy.vector(lanes, padding: 0, readableUntil: dyEnd) }
      var lanes = Vector.zero
      forEachVector(columns) { lanes = lanes.adding(dyVector($0), times: yVector($0)) }
      let dot = Vector(repeating: lanes.laneSum)
      if accumulates {
        forEachVector(columns) { dx.store(dx.vector($0).adding(yVector($0), times: dyVector($0) - dot), $0) }
      } else {
        forEachVector(columns) { dx.store(yVector($0) * (dyVector($0) - dot), $0) }
      }
    }
  }
}

/// The greatest of a row; a NaN is passed over, as it shows in the sum of exponentials anyway. All memory before `end` may
/// be read.
@inline(__always)
func rowMaximum(_ x: UnsafePointer<Float>, count: Int, readableUntil end: UnsafePointer<Float>) -> Float {
  var lanes = Vector(repeating: -.infinity)
  forEachVector(count) { lanes = lanes.maximum(x.vector($0, padding: -.infinity, readableUntil: end)) }
  return lanes.laneMaximum
}

/// The sum of exp(x - maximum) over a row, by the rule of `sum`.
@inline(__always)
func rowExponentialSum(
  _ x: UnsafePointer<Float>, count: Int, maximum: Float, readableUntil end: UnsafePointer<Float>
) -> Float {
  var lanes = Vector.zero
  forEachVector(count) {
    lanes += expOfNonPositive(x.vector($0, padding: -.infinity, readableUntil: end) - maximum)
  }
  return lanes.laneSum
}
