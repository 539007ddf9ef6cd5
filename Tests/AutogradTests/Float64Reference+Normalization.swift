import KernelInterface
import TensorCore

extension Reference {
  /// Elements of equal `group` have a mean and a variance in common; the rest is by `channel`.
  private func normalized(
    scale: Reference, shift: Reference?, epsilon: Double, centred: Bool = true, group: (Int) -> Int,
    channel: (Int) -> Int
  ) -> Reference {
    let members = Dictionary(grouping: values.indices, by: group)
    let statistics = members.mapValues { indices in
      let mean = centred ? indices.map { values[$0] }.reduce(0, +) / Double(indices.count) : 0
      let variance = indices.map { (values[$0] - mean) * (values[$0] - mean) }.reduce(0, +) / Double(indices.count)
      return (mean: mean, variance: variance)
    }
    return Reference(
      shape,
      values.indices.map { index in
        let (mean, variance) = statistics[group(index)]!
        let normalized = (values[index] - mean) / (variance + epsilon).squareRoot()
        return normalized * scale.values[channel(index)] + (shift?.values[channel(index)] ?? 0)
      })
  }

  func layerNorm(scale: Reference, shift: Reference?, epsilon: Double) -> Reference {
    normalized(
      scale: scale, shift: shift, epsilon: epsilon, group: { $0 / shape.columns }, channel: { $0 % shape.columns })
  }

  func rmsNorm(scale: Reference, epsilon: Double) -> Reference {
    normalized(
      scale: scale, shift: nil, epsilon: epsilon, centred: false, group: { $0 / shape.columns },
      channel: { $0 % shape.columns })
  }

  func batchNorm(scale: Reference, shift: Reference?, epsilon: Double) -> Reference {
    normalized(scale: scale, shift: shift, epsilon: epsilon, group: channel(of:), channel: channel(of:))
  }

  func batchNorm(mean: [Double], variance: [Double], scale: Reference, shift: Reference, epsilon: Double) -> Reference {
    Reference(
      shape,
      values.indices.map { index in
        let c = channel(of: index)
        return (values[index] - mean[c]) / (variance[c] + epsilon).squareRoot() * scale.values[c] + shift.values[c]
      })
  }

  func groupNorm(groups: Int, scale: Reference, shift: Reference?, epsilon: Double) -> Reference {
    let groupSize = values.count / shape[0] / groups
    return normalized(scale: scale, shift: shift, epsilon: epsilon, group: { $0 / groupSize }, channel: channel(of:))
  }

  /// The channel of an element of [batch, channels, ...].
  private func channel(of index: Int) -> Int {
    index / shape.dimensions.dropFirst(2).reduce(1, *) % shape[1]
  }
}
