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
  /// Goes on with each row's softmax statistics over the classes of `chunk`; class 0 begins them.
  ///
  /// Order: every 512 classes a lane's maximum is brought up to date and its sum multiplied by exp(old - new); then the
  /// sum goes on, class by class ascending. So where chunks are cut does not show.
  func continueSoftmax(_ chunk: LogitsChunk, statistics: SoftmaxStatistics)
  /// After the last chunk: losses[r] = log(sum exp logits[r, :]) - logits[r, labels[r]]. Lanes are joined by the lane
  /// tree.
  func crossEntropyOfStatistics(
    _ statistics: SoftmaxStatistics, into losses: UnsafeMutablePointer<Float>, rows: Int)
  /// dx[r, :] = scale * (softmax(logits[r, :]) - one-hot(labels[r])) for the classes of `chunk`; dx is laid out like
  /// its logits and may be the same memory.
  func crossEntropyOfChunkBackward(
    _ chunk: LogitsChunk, statistics: SoftmaxStatistics, scale: Float, into dx: UnsafeMutablePointer<Float>)
  /// losses[i] = loss(predictions[i], targets[i])
  func pointwiseLoss(
    _ loss: PointwiseLoss, predictions: UnsafePointer<Float>, targets: UnsafePointer<Float>,
    into losses: UnsafeMutablePointer<Float>, count: Int)
  /// dx[i] = scale * d loss / d predictions[i], added to dx where `accumulates`.
  func pointwiseLossBackward(
    _ loss: PointwiseLoss, predictions: UnsafePointer<Float>, targets: UnsafePointer<Float>, scale: Float,
    into dx: UnsafeMutablePointer<Float>, count: Int, accumulates: Bool)
}
