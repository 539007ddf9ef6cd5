/// Smallest, largest and mean value of every feature, and the population's standard deviation where asked for.
struct FeatureStatistics {
  private(set) var minima: [Double]
  private(set) var maxima: [Double]
  private(set) var means: [Double]
  /// Empty unless asked for.
  private(set) var deviations: [Double] = []

  /// Two passes, the second around the means: sums of squares around 0 would cancel where the mean is large.
  init(of dataset: Dataset, samples: [Int], squares: Bool) {
    let width = dataset.sampleWidth
    let first = samples[0] * width
    var minima = dataset.features[first..<first + width].map(Double.init)
    var maxima = minima
    var sums = [Double](repeating: 0, count: width)
    Self.accumulate(dataset, samples, into: &minima) { minimum, value, _ in min(minimum, value) }
    Self.accumulate(dataset, samples, into: &maxima) { maximum, value, _ in max(maximum, value) }
    Self.accumulate(dataset, samples, into: &sums) { sum, value, _ in sum + value }
    let means = sums.map { $0 / Double(samples.count) }
    (self.minima, self.maxima, self.means) = (minima, maxima, means)
    guard squares else { return }
    var sumsOfSquares = [Double](repeating: 0, count: width)
    means.withUnsafeBufferPointer { means in
      Self.accumulate(dataset, samples, into: &sumsOfSquares) { sum, value, feature in
        let difference = value - means[feature]
        return sum + difference * difference
      }
    }
    deviations = sumsOfSquares.map { ($0 / Double(samples.count)).squareRoot() }
  }

  /// Makes one feature of all: the statistics of the values of all features together.
  mutating func pool() {
    let width = Double(means.count)
    let mean = means.reduce(0, +) / width
    if !deviations.isEmpty {
      // The mean of the features' variances, and the variance of their means.
      let within = deviations.reduce(0) { $0 + $1 * $1 } / width
      let between = means.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / width
      deviations = [(within + between).squareRoot()]
    }
    minima = [minima.min()!]
    maxima = [maxima.max()!]
    means = [mean]
  }

  /// Replaces each feature's accumulator by `body(accumulator, value, feature)` for one sample after another.
  @inline(__always)
  private static func accumulate(
    _ dataset: Dataset, _ samples: [Int], into accumulators: inout [Double], _ body: (Double, Double, Int) -> Double
  ) {
    let width = accumulators.count
    // Through pointers, so that the loop over features becomes vector code.
    dataset.features.withUnsafeBufferPointer { features in
      accumulators.withUnsafeMutableBufferPointer { accumulators in
        for sample in samples {
          for i in 0..<width {
            accumulators[i] = body(accumulators[i], Double(features[sample * width + i]), i)
          }
        }
      }
    }
  }
}
