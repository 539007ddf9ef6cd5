/// Activations and softmax, forward and backward. The rules of `Kernels` hold.
public protocol ActivationKernels: Sendable {
  /// y = activation(x)
  func activate(
    _ activation: Activation, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int)
  /// dx = dy * activation'(x), added to dx where `accumulates`. Both x and y = activation(x) are given.
  func activateBackward(
    _ activation: Activation, x: UnsafePointer<Float>, y: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>, count: Int, accumulates: Bool)
  /// y[r, :] = exp(x[r, :] - max) / sum, row by row.
  func softmaxRows(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int, columns: Int)
  /// dx[r, c] = y[r, c] * (dy[r, c] - sum over j of dy[r, j] y[r, j]), added to dx where `accumulates`.
  func softmaxRowsBackward(
    y: UnsafePointer<Float>, dy: UnsafePointer<Float>, into dx: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int, accumulates: Bool)
}
