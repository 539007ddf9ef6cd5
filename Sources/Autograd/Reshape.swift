import TensorCore

/// New shapes for the same values; nothing is copied in either direction.
extension Variable {
  /// The same values under another shape of as many elements.
  ///
  ///     dx = dy under the shape of x
  public func reshaped(to newShape: Shape) -> Variable {
    recordView(value.reshaped(to: newShape))
  }

  /// [batch, ...] -> [batch, everything else].
  public func flattenedRows() -> Variable { recordView(value.flattenedRows()) }

  private func recordView(_ view: Tensor) -> Variable {
    if view.shape == shape { return self }
    return tape.record(view, from: [self]) { dy, gradients in
      gradients.pass(dy.reshaped(to: shape), to: self)
    }
  }
}
