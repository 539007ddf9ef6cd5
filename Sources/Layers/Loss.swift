import Autograd
import TensorCore

/// What a batch should have been predicted as.
public enum Targets: Sendable {
  /// The class of each row.
  case labels([Int32])
  /// A value for each prediction, in the predictions' shape.
  case values(Tensor)
}

/// How far predictions are from targets: the mean over the batch, a scalar that the backward pass begins at.
public enum Loss: String, CaseIterable, Sendable {
  /// Predictions are logits [rows, classes], targets labels.
  case crossEntropy
  /// Predictions are logits, targets values in 0 ... 1.
  case binaryCrossEntropyWithLogits
  /// Targets are values.
  case meanSquared
  /// Targets are values.
  case meanAbsolute

  /// Whether the targets are labels; the other losses take values.
  public var takesLabels: Bool { self == .crossEntropy }

  /// The mean over the rows (`crossEntropy`) or over all elements (the others).
  public func mean(of predictions: Variable, against targets: Targets) -> Variable {
    switch (self, targets) {
    case (.crossEntropy, .labels(let labels)): predictions.crossEntropy(labels: labels)
    case (.binaryCrossEntropyWithLogits, .values(let values)):
      predictions.binaryCrossEntropyWithLogits(targets: values)
    case (.meanSquared, .values(let values)): predictions.meanSquaredError(targets: values)
    case (.meanAbsolute, .values(let values)): predictions.meanAbsoluteError(targets: values)
    case (.crossEntropy, .values): preconditionFailure("the loss \(self) takes labels, not values")
    case (_, .labels): preconditionFailure("the loss \(self) takes values, not labels")
    }
  }
}
