import TensorCore

extension Variable {
  /// C = A B: A [m, k], B [k, n] -> C [m, n], or matrix by matrix [batch, m, k], [batch, k, n] -> [batch, m, n].
  ///
  ///     dA = dC B^T        dB = A^T dC
  public func matrixProduct(_ other: Variable) -> Variable {
    let (a, b) = (value, other.value)
    let c = Tensor.matrixProduct(a, b)
    return tape.record(c, from: [self, other]) { dc, gradients in
      gradients.writeProduct(of: a, dc, to: other)
      gradients.write(to: self) { $0.writeMatrixProduct(dc, b, transposingB: true) }
    }
  }
}

extension Gradients {
  /// dB = A^T dC, for a right operand B of a product.
  mutating func writeProduct(of a: Tensor, _ dc: Tensor, to b: Variable) {
    writeProduct(of: a, RightOperand(dc), to: b)
  }

  /// As above, with dC packed before or not.
  mutating func writeProduct(of a: Tensor, _ dc: RightOperand, to b: Variable) {
    write(to: b, addingSums: a.backend.addsProducts(ofDepth: a.shape[-2])) {
      $0.writeMatrixProduct(a, dc, transposingA: true)
    }
  }
}
