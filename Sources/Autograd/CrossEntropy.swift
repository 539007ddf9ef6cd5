import TensorCore

extension Variable {
  /// The mean over the rows of the cross-entropy between the softmax of the row and its label:
  /// logits [rows, classes], labels in 0 ..< classes, one a row -> a scalar.
  ///
  ///     loss = mean over r of log(sum over j of exp(x[r, j])) - x[r, label[r]]
  ///     dx[r, c] = dloss (softmax(x[r, :])[c] - (c == label[r] ? 1 : 0)) / rows
  public func crossEntropy(labels: [Int32]) -> Variable {
    precondition(!labels.isEmpty, "the mean loss of no rows")
    let logits = value
    let rows = Float(labels.count)
    let loss = logits.crossEntropyOfRows(labels: labels).sum() / rows
    return tape.record(Tensor(filledWith: loss, .scalar, on: tape.backend), from: [self]) { dy, gradients in
      gradients.write(to: self) {
        $0.writeCrossEntropyGradient(logits: logits, labels: labels, scale: dy.scalar / rows)
      }
    }
  }
}
