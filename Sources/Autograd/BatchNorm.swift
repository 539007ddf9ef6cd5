import TensorCore

/// BatchNorm of [batch, channels, ...] or [batch, features], with scale and shift [channels].
extension Variable {
  /// In training: y = n scale + shift with n = (x - mean) / sqrt(variance + epsilon), mean and variance (divided by the
  /// count) of each channel over this batch. They are returned for the caller's running averages. With sums over the
  /// channel's `count` values:
  ///
  ///     dx = scale / sqrt(variance + epsilon) (dy - sum of dy / count - n (sum of dy n) / count)
  ///     dscale = sum of dy n        dshift = sum of dy
  public func batchNorm(
    scale: Variable, shift: Variable? = nil, epsilon: Float
  ) -> (normalized: Variable, statistics: BatchStatistics) {
    let statistics = value.batchStatistics()
    return (recordBatchNorm(statistics, scale, shift, epsilon, statisticsDependOnInput: true), statistics)
  }

  /// In inference, or with frozen statistics: the same y from a given mean and variance [channels].
  ///
  ///     dx = scale / sqrt(variance + epsilon) dy        dscale and dshift as in training
  public func batchNorm(
    mean: Tensor, variance: Tensor, scale: Variable, shift: Variable? = nil, epsilon: Float
  ) -> Variable {
    let statistics = BatchStatistics(mean: mean, variance: variance, count: 0)
    return recordBatchNorm(statistics, scale, shift, epsilon, statisticsDependOnInput: false)
  }

  private func recordBatchNorm(
    _ statistics: BatchStatistics, _ scale: Variable, _ shift: Variable?, _ epsilon: Float,
    statisticsDependOnInput: Bool
  ) -> Variable {
    let x = value
    let (mean, variance) = (statistics.mean, statistics.variance)
    let y = x.batchNormalized(
      mean: mean, variance: variance, scale: scale.value, shift: shift?.value, epsilon: epsilon)
    return tape.record(y, from: [self, scale] + (shift.map { [$0] } ?? [])) { dy, gradients in
      let sums = dy.batchNormSums(x: x, mean: mean, variance: variance, epsilon: epsilon)
      gradients.write(to: scale) { $0.write(sums.scale) }
      if let shift { gradients.write(to: shift) { $0.write(sums.shift) } }
      gradients.write(to: self) {
        $0.writeBatchNormGradient(
          x: x, dy: dy, statistics: statistics, scale: scale.value, epsilon: epsilon,
          sums: statisticsDependOnInput ? sums : nil)
      }
    }
  }
}
