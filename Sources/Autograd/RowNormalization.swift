import KernelInterface
import TensorCore

/// LayerNorm and RMSNorm over the last dimension: x [..., width], scale and shift [width] -> [..., width].
extension Variable {
  /// y = n scale + shift with n = (x - mean) / sqrt(variance + epsilon), the row's own mean and variance (divided by the
  /// width). With g = dy scale and means over the row:
  ///
  ///     dx = (g - mean of g - n (mean of g n)) / sqrt(variance + epsilon)
  ///     dscale = sum of dy n over the rows        dshift = sum of dy over the rows
  public func layerNorm(scale: Variable, shift: Variable? = nil, epsilon: Float) -> Variable {
    rowsNormalized(.layerNorm, scale, shift, epsilon)
  }

  /// y = n scale with n = x / sqrt(mean of x^2 + epsilon). With g = dy scale and means over the row:
  ///
  ///     dx = (g - n (mean of g n)) / sqrt(mean of x^2 + epsilon)        dscale = sum of dy n over the rows
  public func rmsNorm(scale: Variable, epsilon: Float) -> Variable {
    rowsNormalized(.rmsNorm, scale, nil, epsilon)
  }

  /// sum = x + residual and its LayerNorm, computed together; a transformer goes on from both.
  ///
  ///     dx = dresidual = dsum + the gradient of LayerNorm, added up in one pass
  public func layerNorm(
    adding residual: Variable, scale: Variable, shift: Variable? = nil, epsilon: Float
  ) -> (sum: Variable, normalized: Variable) {
    rowsNormalized(.layerNorm, adding: residual, scale, shift, epsilon)
  }

  /// sum = x + residual and its RMSNorm, as `layerNorm(adding:scale:shift:epsilon:)`.
  public func rmsNorm(
    adding residual: Variable, scale: Variable, epsilon: Float
  ) -> (sum: Variable, normalized: Variable) {
    rowsNormalized(.rmsNorm, adding: residual, scale, nil, epsilon)
  }

  private func rowsNormalized(
    _ kind: RowNormalization.Kind, _ scale: Variable, _ shift: Variable?, _ epsilon: Float
  ) -> Variable {
    let (y, statistics) = value.rowsNormalized(kind, scale: scale.value, shift: shift?.value, epsilon: epsilon)
    return recordNormalized(kind, y, statistics, scale, shift)
  }

  /// Two nodes: the sum, and the norm of the sum. The norm's backward comes first on the way back and finds the part of
  /// dsum that later operations gave, so one pass makes the whole of dsum, which then goes to x and to the residual.
  private func rowsNormalized(
    _ kind: RowNormalization.Kind, adding residual: Variable, _ scale: Variable, _ shift: Variable?, _ epsilon: Float
  ) -> (sum: Variable, normalized: Variable) {
    let (sumValue, y, statistics) = value.rowsNormalized(
      kind, adding: residual.value, scale: scale.value, shift: shift?.value, epsilon: epsilon)
    let sum = tape.record(sumValue, from: [self, residual]) { dsum, gradients in
      gradients.pass(dsum, to: self)
      gradients.pass(dsum, to: residual)
    }
    return (sum, sum.recordNormalized(kind, y, statistics, scale, shift))
  }

  private func recordNormalized(
    _ kind: RowNormalization.Kind, _ y: Tensor, _ statistics: Tensor, _ scale: Variable, _ shift: Variable?
  ) -> Variable {
    let x = value
    return tape.record(y, from: [self, scale] + (shift.map { [$0] } ?? [])) { dy, gradients in
      var sums: (scale: Tensor, shift: Tensor)?
      let write = { (dx: TensorDestination, known: Tensor?) in
        sums = dx.writeRowNormalizationGradient(
          kind, x: x, statistics: statistics, scale: scale.value, dy: dy, adding: known)
      }
      if needsGradient {
        gradients.write(to: self, addingKnown: write)
      } else {
        // Data: its gradient is computed with the others and dropped.
        _ = Tensor(x.shape, on: x.backend) { write($0, nil) }
      }
      guard let sums else { return }
      gradients.write(to: scale) { $0.writeColumnSums(sums.scale) }
      if let shift { gradients.write(to: shift) { $0.writeColumnSums(sums.shift) } }
    }
  }
}
