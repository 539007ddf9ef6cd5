import KernelInterface

extension ReferenceKernels {
  public func sum(_ x: UnsafePointer<Float>, count: Int) -> Float {
    var lanes = SIMD16<Float>.zero
    for i in 0..<count { lanes[i % 16] += x[i] }
    return laneSum(lanes)
  }

  public func sumOfSquares(_ x: UnsafePointer<Float>, count: Int) -> Double {
    var lanes = SIMD16<Double>.zero
    for i in 0..<count { lanes[i % 16].addProduct(Double(x[i]), Double(x[i])) }
    return laneSum(lanes)
  }

  public func isFinite(_ x: UnsafePointer<Float>, count: Int) -> Bool {
    (0..<count).allSatisfy { x[$0].isFinite }
  }

  public func columnSums(
    _ x: UnsafePointer<Float>, rowStride: Int, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int,
    accumulates: Bool
  ) {
    for c in 0..<columns {
      var sum = accumulates ? y[c] : 0
      for r in 0..<rows { sum += x[r * rowStride + c] }
      y[c] = sum
    }
  }

  public func columnMaxima(
    _ x: UnsafePointer<Float>, rowStride: Int, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    for c in 0..<columns {
      y[c] = x[c]
      for r in 1..<rows where !(x[r * rowStride + c] <= y[c]) && !y[c].isNaN { y[c] = x[r * rowStride + c] }
    }
  }

  public func rowSums(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int, accumulates: Bool
  ) {
    for r in 0..<rows {
      var total: Float = 0
      for first in stride(from: 0, to: columns, by: 4096) {
        total += sum(x + r * columns + first, count: min(4096, columns - first))
      }
      y[r] = accumulates ? y[r] + total : total
    }
  }

  public func rowMaxima(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int) {
    for r in 0..<rows {
      let row = x + r * columns
      y[r] = row[0]
      for c in 1..<columns where !(row[c] <= y[r]) && !y[r].isNaN { y[r] = row[c] }
    }
  }

  public func argmaxRows(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Int32>, rows: Int, columns: Int
  ) {
    for r in 0..<rows {
      let row = x + r * columns
      var best = 0
      for c in 0..<columns where row[c] > row[best] || (row[c].isNaN && !row[best].isNaN) { best = c }
      y[r] = Int32(best)
    }
  }
}

/// The lane tree: the upper half is added to the lower until one is left.
func laneSum(_ lanes: SIMD16<Float>) -> Float {
  var lanes = lanes
  var width = 8
  while width >= 1 {
    for i in 0..<width { lanes[i] += lanes[i + width] }
    width /= 2
  }
  return lanes[0]
}

func laneSum(_ lanes: SIMD16<Double>) -> Double {
  var lanes = lanes
  var width = 8
  while width >= 1 {
    for i in 0..<width { lanes[i] += lanes[i + width] }
    width /= 2
  }
  return lanes[0]
}
