/// Clipping by the global norm (Pascanu, Mikolov and Bengio 2013): where the norm of all gradients together is above a
/// maximum, all shrink by one factor, so that the direction stays.
public enum GradientClipping {
  /// The norm of the mean gradient, and the factor that turns the summed gradients into the mean, clipped.
  ///
  /// The factor is `meanFactor * min(1, maximumNorm / (norm + 1e-6))`, as in PyTorch's `clip_grad_norm_`. A norm that is
  /// not finite says that a gradient is not: no factor mends that, so the caller looks at the norm and stops.
  ///
  /// - Parameters:
  ///   - sumOfSquares: of the gradients summed over lanes: `gradients.tensor.sumOfSquares()`.
  ///   - meanFactor: 1 / lanes.
  ///   - maximumNorm: above zero; `nil` for no clipping.
  public static func scale(
    sumOfSquares: Double, meanFactor: Float, maximumNorm: Float?
  ) -> (norm: Double, scale: Float) {
    let norm = sumOfSquares.squareRoot() * Double(meanFactor)
    guard let maximumNorm else { return (norm, meanFactor) }
    precondition(maximumNorm > 0, "gradients are clipped to a norm above zero, not \(maximumNorm)")
    let factor = min(1, Double(maximumNorm) / (norm + 1e-6))
    return (norm, Float(Double(meanFactor) * factor))
  }
}
