import Glibc
import KernelInterface

extension ReferenceKernels {
  public func crossEntropyRows(
    logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>, into losses: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int
  ) {
    for r in 0..<rows {
      let row = logits + r * columns
      losses[r] = Float(logSumExp(row, count: columns) - Double(row[Int(labels[r])]))
    }
  }

  public func crossEntropyRowsBackward(
    logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>, scale: Float,
    into dx: UnsafeMutablePointer<Float>, rows: Int, columns: Int, accumulates: Bool
  ) {
    for r in 0..<rows {
      let (row, dx) = (logits + r * columns, dx + r * columns)
      let logSum = logSumExp(row, count: columns)
      for c in 0..<columns {
        let error = exp(Double(row[c]) - logSum) - (c == Int(labels[r]) ? 1 : 0)
        dx[c] = Float((accumulates ? Double(dx[c]) : 0) + Double(scale) * error)
      }
    }
  }
}
