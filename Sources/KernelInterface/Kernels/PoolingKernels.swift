/// Maximum and average over windows. The rules of `Kernels` hold. See `Pooling` for shapes.
public protocol PoolingKernels: Sendable {
  /// Bytes of scratch memory, 64-byte aligned, that `pool` and `poolBackward` need.
  func poolingWorkspaceSize(_ pooling: Pooling) -> Int

  /// y of each window. A sum is a chain over rows and columns of the window ascending, padding zero.
  func pool(
    _ pooling: Pooling, _ rule: PoolingRule, x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    workspace: UnsafeMutableRawPointer)

  /// dx, or dx += ...: the sum over the windows that an input lies in, by its row and column within the window ascending,
  /// from zero, of dy where it is the window's maximum, else zero; or of dy divided as y was.
  func poolBackward(
    _ pooling: Pooling, _ rule: PoolingRule, x: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>, accumulates: Bool, workspace: UnsafeMutableRawPointer)

  /// y[r] = `sum` of row r / columns.
  func averageRows(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int)

  /// dx[r, c] = dy[r] / columns, or dx += ...
  func averageRowsBackward(
    dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>, rows: Int, columns: Int, accumulates: Bool)
}
