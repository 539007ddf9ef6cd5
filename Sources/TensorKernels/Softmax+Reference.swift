import Glibc
import KernelInterface

extension ReferenceKernels {
  public func softmaxRows(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int
  ) {
    for r in 0..<rows {
      let row = x + r * columns
      let logSum = logSumExp(row, count: columns)
      for c in 0..<columns { y[r * columns + c] = Float(exp(Double(row[c]) - logSum)) }
    }
  }

  public func softmaxRowsBackward(
    y: UnsafePointer<Float>, dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int, accumulates: Bool
  ) {
    for r in 0..<rows {
      let (y, dy, dx) = (y + r * columns, dy + r * columns, dx + r * columns)
      var lanes = SIMD16<Float>.zero
      for c in 0..<columns { lanes[c % 16] = lanes[c % 16].addingProduct(dy[c], y[c]) }
      let dot = laneSum(lanes)
      for c in 0..<columns {
        dx[c] = accumulates ? dx[c].addingProduct(y[c], dy[c] - dot) : y[c] * (dy[c] - dot)
      }
    }
  }
}

/// log(sum of exp x), with the maximum taken out.
func logSumExp(_ x: UnsafePointer<Float>, count: Int) -> Double {
  var maximum = -Double.infinity
  for i in 0..<count where Double(x[i]) > maximum { maximum = Double(x[i]) }
  var sum = 0.0
  for i in 0..<count { sum += exp(Double(x[i]) - maximum) }
  return maximum + log(sum)
}
