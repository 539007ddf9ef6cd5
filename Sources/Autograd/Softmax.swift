import TensorCore

extension Variable {
  /// The softmax of each row: y[..., c] = exp(x[..., c]) / sum over j of exp(x[..., j]).
  ///
  ///     dx[c] = y[c] (dy[c] - sum over j of dy[j] y[j])
  ///
  /// For the loss of a classifier take `crossEntropy(labels:)` on the logits: it stays finite where a probability
  /// rounds to zero.
  public func softmax() -> Variable {
    let y = value.softmaxOfRows()
    return tape.record(y, from: [self]) { dy, gradients in
      gradients.write(to: self) { $0.writeSoftmaxGradient(y: y, dy: dy) }
    }
  }
}
