import TensorCore

extension Variable {
  /// C = A B: A [m, k], B [k, n] -> C [m, n], or matrix by matrix [batch, m, k], [batch, k, n] -> [batch, m, n].
  ///
  ///     dA = dC B^T        dB = A^T dC
  public func matrixProduct(_ other: Variable) -> Variable {
    let (a, b) = (value, other.value)
    let c = Tensor.matrixProduct(a, b)
    return tape.record(c, from: [self, other]) { dc, gradients in
      gradients.write(to: other) { $0.writeMatrixProduct(a, dc, transposingA: true) }
      gradients.write(to: self) { $0.writeMatrixProduct(dc, b, transposingB: true) }
    }
  }
}
