import KernelInterface

extension VectorKernels {
  public func softmaxRows(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    for r in 0..<rows {
      let (x, y) = (x + r * columns, y + r * columns)
      let maximum = rowMaximum(x, count: columns)
      var lanes = Vector.zero
      forEachVector(columns) {
        let e = expOfNonPositive(x.vector($0, padding: -.infinity) - maximum)
        y.store(e, $0)
        lanes += e
      }
      let inverse = Vector(repeating: 1 / lanes.laneSum)
      forEachVector(columns) { y.store(y.vector($0) * inverse, $0) }
    }
  }

  public func softmaxRowsBackward(
    y: UnsafePointer<Float>, dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int, accumulates: Bool
  ) {
    for r in 0..<rows {
      let (y, dy, dx) = (y + r * columns, dy + r * columns, dx + r * columns)
      var lanes = Vector.zero
      forEachVector(columns) { lanes = lanes.adding(dy.vector($0), times: y.vector($0)) }
      let dot = Vector(repeating: lanes.laneSum)
      if accumulates {
        forEachVector(columns) { dx.store(dx.vector($0).adding(y.vector($0), times: dy.vector($0) - dot), $0) }
      } else {
        forEachVector(columns) { dx.store(y.vector($0) * (dy.vector($0) - dot), $0) }
      }
    }
  }
}

/// The greatest of a row; a NaN is passed over, as it shows in the sum of exponentials anyway.
@inline(__always)
func rowMaximum(_ x: UnsafePointer<Float>, count: Int) -> Float {
  var lanes = Vector(repeating: -.infinity)
  forEachVector(count) { lanes = lanes.maximum(x.vector($0, padding: -.infinity)) }
  return lanes.laneMaximum
}

/// The sum of exp(x - maximum) over a row, by the rule of `sum`.
@inline(__always)
func rowExponentialSum(_ x: UnsafePointer<Float>, count: Int, maximum: Float) -> Float {
  var lanes = Vector.zero
  forEachVector(count) { lanes += expOfNonPositive(x.vector($0, padding: -.infinity) - maximum) }
  return lanes.laneSum
}
