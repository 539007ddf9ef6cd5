import TensorCore

extension Variable {
  /// Y = X W + b: X [rows, inputs], W [inputs, outputs], b [outputs] -> Y [rows, outputs].
  ///
  ///     dX = dY W^T        dW = X^T dY        db = sum of dY over the rows
  public func linear(weight: Variable, bias: Variable?) -> Variable {
    let (x, w) = (value, weight.value)
    let y = Tensor.matrixProduct(x, w, bias: bias?.value)
    return tape.record(y, from: [self, weight] + (bias.map { [$0] } ?? [])) { dy, gradients in
      gradients.write(to: weight) { $0.writeMatrixProduct(x, dy, transposingA: true) }
      if let bias { gradients.write(to: bias) { $0.writeColumnSums(dy) } }
      gradients.write(to: self) { $0.writeMatrixProduct(dy, w, transposingB: true) }
    }
  }
}
