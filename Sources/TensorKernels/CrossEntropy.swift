import KernelInterface

extension VectorKernels {
  public func crossEntropyRows(
    logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>, into losses: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int
  ) {
    // The sums of 16 rows wait for one logarithm.
    var firstRow = 0
    while firstRow < rows {
      let count = min(Vector.scalarCount, rows - firstRow)
      var sums = Vector(repeating: 1)
      var gaps = Vector.zero
      for lane in 0..<count {
        let row = logits + (firstRow + lane) * columns
        let maximum = rowMaximum(row, count: columns)
        sums[lane] = rowExponentialSum(row, count: columns, maximum: maximum)
        gaps[lane] = row[Int(labels[firstRow + lane])] - maximum
      }
      losses.store(log(sums) - gaps, (firstRow, count))
      firstRow += count
    }
  }

  public func crossEntropyRowsBackward(
    logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>, scale: Float,
    into dx: UnsafeMutablePointer<Float>, rows: Int, columns: Int, accumulates: Bool
  ) {
    for r in 0..<rows {
      let (x, dx) = (logits + r * columns, dx + r * columns)
      let maximum = rowMaximum(x, count: columns)
      let inverse = Vector(repeating: 1 / rowExponentialSum(x, count: columns, maximum: maximum))
      let label = labels[r]
      forEachVector(columns) {
        let probabilities = expOfNonPositive(x.vector($0, padding: -.infinity) - maximum) * inverse
        let place = SIMD16(repeating: label &- Int32(truncatingIfNeeded: $0.first))
        let error = probabilities.replacing(with: probabilities - 1, where: laneNumbers .== place)
        let start = accumulates ? dx.vector($0) : .zero
        dx.store(start.adding(Vector(repeating: scale), times: error), $0)
      }
    }
  }
}

/// 0, 1, ... 15
@inline(__always)
private var laneNumbers: SIMD16<Int32> { SIMD16(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15) }
