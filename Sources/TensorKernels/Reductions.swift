import KernelInterface

extension VectorKernels {
  public func sum(_ x: UnsafePointer<Float>, count: Int) -> Float {
    var lanes = Vector.zero
    forEachVector(count) { lanes += x.vector($0) }
    return lanes.laneSum
  }

  public func sumOfSquares(_ x: UnsafePointer<Float>, count: Int) -> Double {
    var low = SIMD8<Double>.zero
    var high = SIMD8<Double>.zero
    forEachVector(count) {
      let vector = x.vector($0)
      let a = SIMD8<Double>(converting: vector.lowHalf)
      let b = SIMD8<Double>(converting: vector.highHalf)
      low.addProduct(a, a)
      high.addProduct(b, b)
    }
    let eight = low + high
    let four = eight.lowHalf + eight.highHalf
    let two = four.lowHalf + four.highHalf
    return two.x + two.y
  }

  public func columnSums(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int, accumulates: Bool
  ) {
    // Four vectors side by side: four independent chains hide the latency of the additions.
    let width = 4 * Vector.scalarCount
    var column = 0
    while column + width <= columns {
      let lanes = (0, 16, 32, 48)
      let at = { (c: Int) -> Lanes in (column + c, Vector.scalarCount) }
      var sums = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
      if accumulates {
        sums = (y.vector(at(lanes.0)), y.vector(at(lanes.1)), y.vector(at(lanes.2)), y.vector(at(lanes.3)))
      }
      var row = x
      for _ in 0..<rows {
        sums.0 += row.vector(at(lanes.0))
        sums.1 += row.vector(at(lanes.1))
        sums.2 += row.vector(at(lanes.2))
        sums.3 += row.vector(at(lanes.3))
        row += columns
      }
      y.store(sums.0, at(lanes.0))
      y.store(sums.1, at(lanes.1))
      y.store(sums.2, at(lanes.2))
      y.store(sums.3, at(lanes.3))
      column += width
    }
    forEachVector(columns - column) { lanes in
      var sum = accumulates ? (y + column).vector(lanes) : .zero
      for r in 0..<rows { sum += (x + r * columns + column).vector(lanes) }
      (y + column).store(sum, lanes)
    }
  }

  public func argmaxRows(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Int32>, rows: Int, columns: Int
  ) {
    for r in 0..<rows { y[r] = Int32(truncatingIfNeeded: argmax(x + r * columns, count: columns)) }
  }

  /// The first place of the maximum or, before it, of a NaN.
  private func argmax(_ x: UnsafePointer<Float>, count: Int) -> Int {
    var best = 0
    for i in 1..<max(count, 1) where x[i] > x[best] || (x[i].isNaN && !x[best].isNaN) { best = i }
    return best
  }
}
