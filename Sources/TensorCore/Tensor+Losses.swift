import KernelInterface

extension Tensor {
  /// The cross-entropy of each row of logits [rows, classes] against its label: [rows].
  public func crossEntropyOfRows(labels: [Int32]) -> Tensor {
    precondition(shape.rank == 2 && labels.count == shape[0], "\(labels.count) labels for logits \(shape)")
    precondition(labels.allSatisfy { 0 <= $0 && $0 < shape[1] }, "a label lies outside 0 ..< \(shape[1])")
    return Tensor([labels.count], on: backend) { losses in
      backend.kernels.crossEntropyRows(
        logits: base, labels: labels, into: losses.base, rows: labels.count, columns: shape[1])
      withExtendedLifetime(storage) {}
    }
  }

  /// The loss of each prediction against the target in the same place.
  public func pointwiseLoss(_ loss: PointwiseLoss, targets: Tensor) -> Tensor {
    precondition(shape == targets.shape, "predictions \(shape) against targets \(targets.shape)")
    return Tensor(shape, on: backend) { losses in
      backend.kernels.pointwiseLoss(
        loss, predictions: base, targets: targets.base, into: losses.base, count: count)
      withExtendedLifetime((storage, targets)) {}
    }
  }
}

extension TensorDestination {
  /// dx = scale * (softmax(logits) - one-hot(labels)), or dx += ...
  public func writeCrossEntropyGradient(logits: Tensor, labels: [Int32], scale: Float) {
    precondition(logits.shape == shape && labels.count == shape[0], "logits \(logits.shape) into \(shape)")
    backend.kernels.crossEntropyRowsBackward(
      logits: logits.base, labels: labels, scale: scale, into: base, rows: shape[0], columns: shape[1],
      accumulates: accumulates)
    withExtendedLifetime((logits, storage)) {}
  }

  /// dx = scale * d loss / d prediction, or dx += ...
  public func writePointwiseLossGradient(
    _ loss: PointwiseLoss, predictions: Tensor, targets: Tensor, scale: Float
  ) {
    precondition(
      predictions.shape == shape && targets.shape == shape, "\(predictions.shape), \(targets.shape) into \(shape)")
    backend.kernels.pointwiseLossBackward(
      loss, predictions: predictions.base, targets: targets.base, scale: scale, into: base, count: shape.count,
      accumulates: accumulates)
    withExtendedLifetime((predictions, targets, storage)) {}
  }
}
