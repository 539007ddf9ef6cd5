/// Many values to one. The rules of `Kernels` hold.
public protocol ReductionKernels: Sendable {
  /// The sum of `count` values: element i goes to lane i % 16, each lane is a chain over i ascending, then the lane tree.
  func sum(_ x: UnsafePointer<Float>, count: Int) -> Float
  /// The sum of squares in Float64: lanes and tree as `sum`, each lane a chain of Float64 fused multiply-adds.
  func sumOfSquares(_ x: UnsafePointer<Float>, count: Int) -> Double
  /// Whether no value is an infinity or a NaN.
  func isFinite(_ x: UnsafePointer<Float>, count: Int) -> Bool
  /// y[c] = sum over r of x[r, c] (added to y where `accumulates`): a chain over r ascending, beginning at y or zero. Rows
  /// lie `rowStride` floats apart.
  func columnSums(
    _ x: UnsafePointer<Float>, rowStride: Int, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int,
    accumulates: Bool)
  /// y[r] = the sum of x[r, :] (added to y where `accumulates`): one partial sum for every 4,096 values, see `sum`, added
  /// in order.
  func rowSums(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int, accumulates: Bool)
  /// y[c] = the greatest x[r, c]; NaN where there is one. At least one row.
  func columnMaxima(
    _ x: UnsafePointer<Float>, rowStride: Int, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int)
  /// y[r] = the greatest x[r, c]; NaN where there is one. At least one column.
  func rowMaxima(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int)
  /// y[r] = the column of the greatest x[r, c]; the first of equals; a NaN counts as the greatest.
  func argmaxRows(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Int32>, rows: Int, columns: Int)
}
