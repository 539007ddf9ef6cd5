import KernelInterface

/// GroupNorm (Wu and He 2018) of [batch, channels, ...]: the channels of a sample are cut into equal groups of neighbours,
/// and every group of every sample has its own mean and variance. With one channel a group it is InstanceNorm.
extension Tensor {
  /// y = (x - mean) / sqrt(variance + epsilon) * scale + shift with the statistics of the group, scale and shift
  /// [channels]. Means and variances are row sums over a group's values; the factor of a plane, 1 / deviation * scale, is
  /// computed in Float64 and rounded once; the product and the sum of an element are fused.
  ///
  /// - Returns: y, and the statistics [2, planes] that its gradient needs: the mean and 1 / deviation of each plane's group.
  public func groupNormalized(
    groups: Int, scale: Tensor, shift: Tensor?, epsilon: Float
  ) -> (y: Tensor, statistics: Tensor) {
    let layout = GroupLayout(shape, groups: groups)
    let (planes, channels) = (layout.planes, layout.channels)
    precondition(
      scale.count == channels && shift.map { $0.count == channels } ?? true,
      "a scale \(scale.shape) and a shift \(shift?.shape ?? scale.shape) for the channels of \(shape)")
    let moments = momentsOfPlanes(layout.groupCount).values
    let (scales, shifts) = (scale.values, shift?.values)
    var (statistics, coefficients) = (
      [Float](repeating: 0, count: 2 * planes), [Float](repeating: 0, count: 3 * planes)
    )
    for plane in 0..<planes {
      let (group, channel) = (plane / layout.planesInGroup, plane % channels)
      let variance = Double(moments[layout.groupCount + group]) / Double(layout.valuesInGroup)
      let inverse = 1 / (variance + Double(epsilon)).squareRoot()
      statistics[plane] = moments[group]
      statistics[planes + plane] = Float(inverse)
      coefficients[plane] = moments[group]
      coefficients[planes + plane] = Float(inverse * Double(scales[channel]))
      coefficients[2 * planes + plane] = shifts?[channel] ?? 0
    }
    return (
      transformed(by: Tensor(coefficients, [3, planes], on: backend)), Tensor(statistics, [2, planes], on: backend)
    )
  }

  /// For this gradient dy of `groupNormalized` the sums over each plane of dy and of dy (x - mean), row sums: [2, planes].
  public func groupNormSums(x: Tensor, statistics: Tensor) -> Tensor {
    precondition(x.shape == shape, "gradient \(shape) of \(x.shape)")
    let planes = ChannelLayout(shape).planes
    return gradientSumsOfPlanes(x: x, means: statistics.reshaped(to: [2 * planes]), count: planes)
  }
}

extension TensorDestination {
  /// dx of GroupNorm, or dx += ...: with n = (x - mean) / deviation, g = dy scale and the group's `count` values
  ///
  ///     dx = (g - sum of g / count - n sum of g n / count) / deviation
  ///
  /// The group's two sums are made of its planes' `sums` in Float64, channels ascending.
  public func writeGroupNormGradient(
    x: Tensor, dy: Tensor, statistics: Tensor, sums: Tensor, groups: Int, scale: Tensor
  ) {
    precondition(x.shape == shape && dy.shape == shape, "\(x.shape), \(dy.shape) into \(shape)")
    let layout = GroupLayout(shape, groups: groups)
    let (planes, count) = (layout.planes, Double(layout.valuesInGroup))
    let (statistics, sums, scales) = (statistics.values, sums.values, scale.values)
    var coefficients = [Float](repeating: 0, count: 4 * planes)
    for group in 0..<layout.groupCount {
      let members = group * layout.planesInGroup..<(group + 1) * layout.planesInGroup
      var (sum, product) = (0.0, 0.0)
      for plane in members {
        let scale = Double(scales[plane % layout.channels])
        sum += scale * Double(sums[plane])
        product += scale * Double(sums[planes + plane])
      }
      for plane in members {
        let inverse = Double(statistics[planes + plane])
        coefficients[plane] = statistics[plane]
        coefficients[planes + plane] = Float(inverse * Double(scales[plane % layout.channels]))
        coefficients[2 * planes + plane] = Float(-inverse * inverse * inverse * product / count)
        coefficients[3 * planes + plane] = Float(-inverse * sum / count)
      }
    }
    writeTransformGradient(x: x, dy: dy, coefficients: Tensor(coefficients, [4, planes], on: backend))
  }

  /// The gradient of GroupNorm's scale [channels], or ... += : the sum over n of the plane's sum of dy (x - mean) / deviation,
  /// in Float64, n ascending.
  public func writeGroupNormScaleGradient(statistics: Tensor, sums: Tensor) {
    let planes = sums.shape[1]
    let (statistics, sums) = (statistics.values, sums.values)
    writeChannelSums(planes: planes) { Double(sums[planes + $0]) * Double(statistics[planes + $0]) }
  }

  /// The gradient of GroupNorm's shift [channels], or ... += : the sum over n of the plane's sum of dy, in Float64, n
  /// ascending.
  public func writeGroupNormShiftGradient(sums: Tensor) {
    let planes = sums.shape[1]
    let sums = sums.values
    writeChannelSums(planes: planes) { Double(sums[$0]) }
  }

  private func writeChannelSums(planes: Int, _ term: (Int) -> Double) {
    let channels = shape.count
    precondition(planes % max(channels, 1) == 0, "sums of \(planes) planes into \(shape)")
    withMutableValues { gradient in
      for c in 0..<channels {
        let sum = stride(from: c, to: planes, by: channels).reduce(0.0) { $0 + term($1) }
        gradient[c] = (accumulates ? gradient[c] : 0) + Float(sum)
      }
    }
  }
}

/// Which planes of [batch, channels, ...] share statistics: each run of `planesInGroup`.
private struct GroupLayout {
  let planes: Int
  let channels: Int
  let groupCount: Int
  let planesInGroup: Int
  /// At least 1: the variance of no values is 0, not NaN, which would spread to the gradients of scale and shift.
  let valuesInGroup: Int

  init(_ shape: Shape, groups: Int) {
    let layout = ChannelLayout(shape)
    precondition(
      groups > 0 && layout.channels % groups == 0, "\(groups) groups of the \(layout.channels) channels of \(shape)")
    planes = layout.planes
    channels = layout.channels
    groupCount = layout.batch * groups
    planesInGroup = channels / groups
    valuesInGroup = max(planesInGroup * layout.planeSize, 1)
  }
}
