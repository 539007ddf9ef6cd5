import TensorCore

/// Reductions of all elements to one value, in the order of `Tensor.sum`.
extension Variable {
  /// y = sum of x, a scalar.
  ///
  ///     dx = dy for every element
  public func sum() -> Variable {
    record(value.sum(), slope: 1)
  }

  /// y = sum of x / count, a scalar.
  ///
  ///     dx = dy / count for every element
  public func mean() -> Variable {
    precondition(value.count > 0, "the mean of shape \(shape), which has no elements")
    return record(value.sum() / Float(value.count), slope: 1 / Float(value.count))
  }

  private func record(_ result: Float, slope: Float) -> Variable {
    tape.record(Tensor(filledWith: result, .scalar, on: tape.backend), from: [self]) { dy, gradients in
      gradients.pass(Tensor(filledWith: slope * dy.scalar, shape, on: dy.backend), to: self)
    }
  }
}
