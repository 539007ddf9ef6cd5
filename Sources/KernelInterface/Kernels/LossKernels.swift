/// Losses and their slopes. The rules of `Kernels` hold.
public protocol LossKernels: Sendable {
  /// losses[r] = log(sum exp logits[r, :]) - logits[r, labels[r]]. Labels lie in 0 ..< columns.
  func crossEntropyRows(
    logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>, into losses: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int)
  /// dx[r, :] = scale * (softmax(logits[r, :]) - one-hot(labels[r])), added to dx where `accumulates`.
  func crossEntropyRowsBackward(
    logits: UnsafePointer<Float>, labels: UnsafePointer<Int32>, scale: Float,
    into dx: UnsafeMutablePointer<Float>, rows: Int, columns: Int, accumulates: Bool)
  /// losses[i] = loss(predictions[i], targets[i])
  func pointwiseLoss(
    _ loss: PointwiseLoss, predictions: UnsafePointer<Float>, targets: UnsafePointer<Float>,
    into losses: UnsafeMutablePointer<Float>, count: Int)
  /// dx[i] = scale * d loss / d predictions[i], added to dx where `accumulates`.
  func pointwiseLossBackward(
    _ loss: PointwiseLoss, predictions: UnsafePointer<Float>, targets: UnsafePointer<Float>, scale: Float,
    into dx: UnsafeMutablePointer<Float>, count: Int, accumulates: Bool)
}
