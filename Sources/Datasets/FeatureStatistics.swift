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
    var minima = Array(dataset.features[first..<first + width])
    var maxima = minima
    var sums = [Double](repeating: 0, count: width)
    Self.forEachRow(of: dataset, samples) { row in
      for i in 0..<width {
        minima[i] = min(minima[i], row[i])
        maxima[i] = max(maxima[i], row[i])
        sums[i] += Double(row[i])
      }
    }
    self.minima = minima.map(Double.init)
    self.maxima = maxima.map(Double.init)
    let means = sums.map { $0 / Double(samples.count) }
    self.means = means
    guard squares else { return }
    var sumsOfSquares = [Double](repeating: 0, count: width)
    Self.forEachRow(of: dataset, samples) { row in
      for i in 0..<width {
        let difference = Double(row[i]) - means[i]
        sumsOfSquares[i] += difference * difference
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

  private static func forEachRow(
    of dataset: Dataset, _ samples: [Int], _ body: (UnsafeBufferPointer<Float>) -> Void
  ) {
    let width = dataset.sampleWidth
    dataset.features.withUnsafeBufferPointer { features in
      for sample in samples {
        body(UnsafeBufferPointer(rebasing: features[sample * width..<(sample + 1) * width]))
      }
    }
  }
}
