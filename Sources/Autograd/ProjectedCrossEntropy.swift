import TensorCore

extension Variable {
  /// `(x W + b).crossEntropy(labels:)` for x [tokens, width] without the logits [tokens, classes] ever existing whole:
  /// the loss of a language model. A scalar, the mean over the tokens whose label is not `ignored`; 0 if all are
  /// ignored.
  ///
  ///     p = softmax(x W + b)        dlogits = dloss (p - one-hot(labels)) / tokens that count
  ///     dx = dlogits W^T        dW = x^T dlogits        db = sum of dlogits over the tokens
  ///
  /// - Parameters:
  ///   - weight: W [width, classes], or W^T [classes, width] where `transposed`: an embedding table as output layer.
  ///   - labels: one a token, in 0 ..< classes, or `ignored`.
  public func crossEntropy(
    projectedBy weight: Variable, transposed: Bool = false, bias: Variable? = nil, labels: [Int32],
    ignoring ignored: Int32 = -1
  ) -> Variable {
    precondition(!labels.isEmpty, "the mean loss of no tokens")
    let inputs = [self, weight] + (bias.map { [$0] } ?? [])
    let loss = ProjectedCrossEntropy(
      of: value,
      projectedBy: LogitsProjection(weight: weight.value, isTransposed: transposed, bias: bias?.value),
      labels: labels, ignoring: ignored, keepsLogits: tape.isRecording && inputs.contains(where: \.needsGradient))
    return tape.record(Tensor(filledWith: loss.mean, .scalar, on: tape.backend), from: inputs) { dy, gradients in
      var known: (x: Tensor, bias: Tensor?)?
      gradients.write(to: weight, addingSums: dy.backend.addsProducts(ofDepth: labels.count)) {
        known = loss.gradientsOfMean(scale: dy.scalar, weightGradient: $0)
      }
      let (dx, db) = known ?? loss.gradientsOfMean(scale: dy.scalar, weightGradient: nil)
      gradients.pass(dx, to: self)
      if let bias, let db { gradients.pass(db, to: bias) }
    }
  }
}
