import KernelInterface

extension ReferenceKernels {
  public func copyRows(
    _ x: UnsafePointer<Float>, xStride: Int, into y: UnsafeMutablePointer<Float>, yStride: Int,
    rows: Int, columns: Int, accumulates: Bool
  ) {
    for r in 0..<rows {
      for c in 0..<columns {
        y[r * yStride + c] = accumulates ? y[r * yStride + c] + x[r * xStride + c] : x[r * xStride + c]
      }
    }
  }

  public func transpose(
    _ x: UnsafePointer<Float>, xStride: Int, into y: UnsafeMutablePointer<Float>, yStride: Int,
    rows: Int, columns: Int, accumulates: Bool
  ) {
    for r in 0..<rows {
      for c in 0..<columns {
        let value = x[r * xStride + c]
        y[c * yStride + r] = accumulates ? y[c * yStride + r] + value : value
      }
    }
  }
}
