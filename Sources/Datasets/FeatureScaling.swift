/// How features are brought to a common scale before a model sees them.
public enum FeatureScaling: String, CaseIterable, Codable, Sendable {
  /// As they are.
  case none
  /// The smallest training value becomes 0 and the largest 1.
  case minMax = "min_max"
  /// Mean 0 and standard deviation 1 over the training part (the population's: divided by n).
  case zScore = "z_score"
}

/// A scaling whose numbers are known, `scaled = (x - offset) / scale`: fitted once on the training part, kept in the
/// checkpoint, and applied to whatever the model sees later.
///
/// A table has one pair per column. Images (samples of more than one axis) have one pair for all pixels, so that
/// brightness keeps its meaning across the image and pixels that are always dark stay dark.
/// Arithmetic is in Double and the result is rounded once.
public struct FittedScaling: Hashable, Codable, Sendable {
  public let method: FeatureScaling
  /// One number per feature, or one for all; as many as `scales`.
  public let offsets: [Double]
  /// Never 0: a feature that is constant in the training part has scale 1.
  public let scales: [Double]

  /// Leaves features as they are.
  public static let identity = FittedScaling()

  private init() { (method, offsets, scales) = (.none, [0], [1]) }

  /// Fits `method` on `samples` of `dataset`; sums run over the samples in the order given.
  public init(_ method: FeatureScaling, fittedTo dataset: Dataset, samples: [Int]) {
    precondition(!samples.isEmpty, "a scaling cannot be fitted to no samples")
    guard method != .none else {
      self = .identity
      return
    }
    self.method = method
    var statistics = FeatureStatistics(of: dataset, samples: samples, squares: method == .zScore)
    if dataset.sampleShape.count > 1 {
      statistics.pool()
    }
    switch method {
    case .none: preconditionFailure("handled above")
    case .minMax: offsets = statistics.minima
    case .zScore: offsets = statistics.means
    }
    scales = statistics.minima.indices.map { feature in
      let (minimum, maximum) = (statistics.minima[feature], statistics.maxima[feature])
      // Asked of the values, not of the deviation: rounding can leave a constant a deviation of 1e-17.
      guard minimum < maximum else { return 1 }
      return method == .minMax ? maximum - minimum : statistics.deviations[feature]
    }
  }

  /// Scales `[samples, features]`, row-major, in place.
  public func apply(to features: inout [Float]) {
    guard method != .none else { return }
    let width = offsets.count
    precondition(
      features.count.isMultiple(of: width), "\(features.count) features are no rows of \(width), as fitted")
    features.withUnsafeMutableBufferPointer { features in
      if width == 1 {
        let (offset, scale) = (offsets[0], scales[0])
        for i in features.indices {
          features[i] = Float((Double(features[i]) - offset) / scale)
        }
        return
      }
      offsets.withUnsafeBufferPointer { offsets in
        scales.withUnsafeBufferPointer { scales in
          for row in stride(from: 0, to: features.count, by: width) {
            for i in 0..<width {
              features[row + i] = Float((Double(features[row + i]) - offsets[i]) / scales[i])
            }
          }
        }
      }
    }
  }
}
