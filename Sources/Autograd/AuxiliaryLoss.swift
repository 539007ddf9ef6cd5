import TensorCore

extension Variable {
  /// These values, with the gradient of `weight` times `loss` besides: a second loss that a layer brings in, without its being
  /// handed on to where the model's loss is computed (as in Megatron-LM's mixture of experts).
  ///
  ///     dx = dy        dloss = weight, whatever dy is
  ///
  /// - Parameter loss: a scalar.
  public func adding(loss: Variable, weight: Float) -> Variable {
    precondition(loss.value.count == 1, "a loss is one value, not shape \(loss.shape)")
    return tape.record(value, from: [self, loss]) { dy, gradients in
      gradients.pass(dy, to: self)
      gradients.pass(Tensor(filledWith: weight, loss.shape, on: dy.backend), to: loss)
    }
  }
}
