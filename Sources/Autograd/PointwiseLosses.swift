import KernelInterface
import TensorCore

/// Losses that compare each prediction with the target in the same place: the mean over all elements, a scalar.
/// Targets are data and get no gradient.
extension Variable {
  /// mean of (x - t)^2.
  ///
  ///     dx = dloss 2 (x - t) / count
  public func meanSquaredError(targets: Tensor) -> Variable {
    meanLoss(.squaredError, targets)
  }

  /// mean of |x - t|.
  ///
  ///     dx = dloss sign(x - t) / count, 0 where x = t
  public func meanAbsoluteError(targets: Tensor) -> Variable {
    meanLoss(.absoluteError, targets)
  }

  /// mean of -t log(sigmoid(x)) - (1 - t) log(1 - sigmoid(x)) for logits x and targets t in 0 ... 1.
  ///
  ///     dx = dloss (sigmoid(x) - t) / count
  ///
  /// Computed from the logits without forming the sigmoid, so it is finite for every finite x.
  public func binaryCrossEntropyWithLogits(targets: Tensor) -> Variable {
    meanLoss(.binaryCrossEntropyWithLogits, targets)
  }

  private func meanLoss(_ loss: PointwiseLoss, _ targets: Tensor) -> Variable {
    precondition(targets.count > 0, "the mean loss of no elements")
    let predictions = value
    let count = Float(targets.count)
    let mean = predictions.pointwiseLoss(loss, targets: targets).sum() / count
    return tape.record(Tensor(filledWith: mean, .scalar, on: tape.backend), from: [self]) { dy, gradients in
      gradients.write(to: self) {
        $0.writePointwiseLossGradient(loss, predictions: predictions, targets: targets, scale: dy.scalar / count)
      }
    }
  }
}
