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

  /// An exponent of all ones makes a value an infinity or a NaN; one added to such an exponent carries into the place of
  /// the sign, which no finite value's does. So all values are looked at without a branch.
  public func isFinite(_ x: UnsafePointer<Float>, count: Int) -> Bool {
    var carries = SIMD16<UInt32>.zero
    forEachVector(count) { carries |= (x.vector($0).bits & 0x7FFF_FFFF) &+ 0x0080_0000 }
    let eight = carries.lowHalf | carries.highHalf
    let four = eight.lowHalf | eight.highHalf
    let two = four.lowHalf | four.highHalf
    return (two.x | two.y) & 0x8000_0000 == 0
  }

  public func columnSums(
    _ x: UnsafePointer<Float>, rowStride: Int, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int,
    accumulates: Bool
  ) {
    reduceColumns(
      x, rowStride: rowStride, into: y, rows: rows, columns: columns,
      beginning: { accumulates ? y.vector($0) : .zero }, { $0 + $1 })
  }

  public func columnMaxima(
    _ x: UnsafePointer<Float>, rowStride: Int, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    reduceColumns(
      x, rowStride: rowStride, into: y, rows: rows, columns: columns,
      beginning: { _ in Vector(repeating: -.infinity) }, { greatest($0, $1) })
  }

  public func rowSums(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int, accumulates: Bool
  ) {
    let chunk = 4096
    for r in 0..<rows {
      var total: Float = 0
      var first = 0
      while first < columns {
        total += sum(x + r * columns + first, count: min(chunk, columns - first))
        first += chunk
      }
      y[r] = accumulates ? y[r] + total : total
    }
  }

  public func rowMaxima(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
    for r in 0..<rows {
      let row = x + r * columns
      var lanes = Vector(repeating: -.infinity)
      forEachVector(columns) { lanes = greatest(lanes, row.vector($0, padding: -.infinity)) }
      let numberOfNaN = Vector.zero.replacing(with: 1, where: lanes .!= lanes).laneSum
      y[r] = numberOfNaN > 0 ? .nan : lanes.laneMaximum
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

/// The greater in each lane; NaN where either is.
@inline(__always)
private func greatest(_ a: Vector, _ b: Vector) -> Vector { a.maximum(b).replacing(with: b, where: b .!= b) }

/// y[c] = `beginning`, joined with x[r, c] for r ascending.
@inline(__always)
private func reduceColumns(
  _ x: UnsafePointer<Float>, rowStride: Int, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int,
  beginning: (Lanes) -> Vector, _ join: (Vector, Vector) -> Vector
) {
  // Four vectors side by side: four independent chains hide the latency of the additions.
  let width = 4 * Vector.scalarCount
  var column = 0
  while column + width <= columns {
    let at = { (c: Int) -> Lanes in (column + c, Vector.scalarCount) }
    let lanes = (at(0), at(16), at(32), at(48))
    var sums = (beginning(lanes.0), beginning(lanes.1), beginning(lanes.2), beginning(lanes.3))
    var row = x
    for _ in 0..<rows {
      sums.0 = join(sums.0, row.vector(lanes.0))
      sums.1 = join(sums.1, row.vector(lanes.1))
      sums.2 = join(sums.2, row.vector(lanes.2))
      sums.3 = join(sums.3, row.vector(lanes.3))
      row += rowStride
    }
    y.store(sums.0, lanes.0)
    y.store(sums.1, lanes.1)
    y.store(sums.2, lanes.2)
    y.store(sums.3, lanes.3)
    column += width
  }
  forEachVector(columns - column) {
    let lanes: Lanes = (column + $0.first, $0.count)
    var sum = beginning(lanes)
    for r in 0..<rows { sum = join(sum, (x + r * rowStride).vector(lanes)) }
    y.store(sum, lanes)
  }
}
