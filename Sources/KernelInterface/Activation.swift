/// A function applied to each element.
public enum Activation: Hashable, Sendable {
  /// x
  case identity
  /// max(x, 0); NaN stays NaN; slope 0 at 0
  case relu
  /// x where x > 0, else slope * x
  case leakyReLU(slope: Float)
  /// 1 / (1 + exp(-x))
  case sigmoid
  case tanh
  /// x * (1 + erf(x / sqrt 2)) / 2
  case gelu
  /// x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3))) / 2
  case geluTanh
  /// x * sigmoid(x)
  case silu
}

/// A loss of one prediction against one target.
public enum PointwiseLoss: Hashable, Sendable {
  /// (prediction - target)^2
  case squaredError
  /// |prediction - target|, slope 0 where they are equal
  case absoluteError
  /// max(x, 0) - x t + log(1 + exp(-|x|)) for a logit x and a target t in 0 ... 1
  case binaryCrossEntropyWithLogits
}
