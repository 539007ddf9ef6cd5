import KernelInterface

extension VectorKernels {
  public func crossEntropyRows(
    logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>, into losses: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int
  ) {
    let end = logits + rows * columns
    // The sums of 16 rows wait for one logarithm.
    var firstRow = 0
    while firstRow < rows {
      let count = min(Vector.scalarCount, rows - firstRow)
      var sums = Vector(repeating: 1)
      var gaps = Vector.zero
      for lane in 0..<count {
        let row = logits + (firstRow + lane) * columns
        let maximum = rowMaximum(row, count: columns, readableUntil: end)
        sums[lane] = rowExponentialSum(row, count: columns, maximum: maximum, readableUntil: end)
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
    let end = logits + rows * columns
    for r in 0..<rows {
      let (x, dx) = (logits + r * columns, dx + r * columns)
      let maximum = rowMaximum(x, count: columns, readableUntil: end)
      let sum = rowExponentialSum(x, count: columns, maximum: maximum, readableUntil: end)
      let inverse = Vector(repeating: 1 / sum)
      let label = labels[r]
      forEachVector(columns) {
        let powers = expOfNonPositive(x.vector($0, padding: -.infinity, readableUntil: end) - maximum)
        let place = SIMD16(repeating: label &- Int32(truncatingIfNeeded: $0.first))
        let probabilities = powers * inverse
        let error = probabilities.replacing(with: probabilities - 1, where: laneNumbers .== place)
        let start = accumulates ? dx.vector($0) : .zero
        dx.store(start.adding(Vector(repeating: scale), times: error), $0)
      }
    }
  }
}
