import TensorCore

extension Variable {
  /// y = n scale + shift with n = (x - mean) / sqrt(variance + epsilon): x [batch, channels, ...], scale and shift
  /// [channels]; mean and variance (divided by the count) of each sample's groups of channels / groups neighbouring
  /// channels. As many groups as channels: InstanceNorm. With g = dy scale and sums over the group's `count` values:
  ///
  ///     dx = (g - sum of g / count - n (sum of g n) / count) / sqrt(variance + epsilon)
  ///     dscale = sum of dy n        dshift = sum of dy        each over the channel
  public func groupNorm(groups: Int, scale: Variable, shift: Variable? = nil, epsilon: Float) -> Variable {
    let x = value
    let (y, statistics) = x.groupNormalized(
      groups: groups, scale: scale.value, shift: shift?.value, epsilon: epsilon)
    return tape.record(y, from: [self, scale] + (shift.map { [$0] } ?? [])) { dy, gradients in
      let sums = dy.groupNormSums(x: x, statistics: statistics)
      gradients.write(to: scale) { $0.writeGroupNormScaleGradient(statistics: statistics, sums: sums) }
      if let shift { gradients.write(to: shift) { $0.writeGroupNormShiftGradient(sums: sums) } }
      gradients.write(to: self) {
        $0.writeGroupNormGradient(x: x, dy: dy, statistics: statistics, sums: sums, groups: groups, scale: scale.value)
      }
    }
  }
}
