/// Values taken to other places. The rules of `Kernels` hold.
public protocol MovementKernels: Sendable {
  /// y[r, c] = x[r, c], or y[r, c] += x[r, c]: rows lie `xStride` and `yStride` floats apart.
  func copyRows(
    _ x: UnsafePointer<Float>, xStride: Int, into y: UnsafeMutablePointer<Float>, yStride: Int,
    rows: Int, columns: Int, accumulates: Bool)
  /// y[c, r] = x[r, c], or y[c, r] += x[r, c], for x [rows, columns]: rows lie `xStride` and `yStride` floats apart.
  func transpose(
    _ x: UnsafePointer<Float>, xStride: Int, into y: UnsafeMutablePointer<Float>, yStride: Int,
    rows: Int, columns: Int, accumulates: Bool)
}
