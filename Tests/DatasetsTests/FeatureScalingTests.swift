import Datasets
import FoundationEssentials
import Testing

@Suite("Feature scaling")
struct FeatureScalingTests {
  /// Two features; the third sample lies outside what the first two span.
  static let table = Dataset(
    sampleShape: [2], features: [1, 10, 3, 30, 7, -10], targets: .classes([0, 1, 0], classCount: 2), origin: "table")
  static let images = Dataset(
    sampleShape: [1, 2], features: [1, 10, 3, 30, 7, -10], targets: .classes([0, 1, 0], classCount: 2), origin: "images"
  )

  @Test("min-max brings the training part to 0...1, feature by feature, and others beyond")
  func minMax() {
    let scaling = FittedScaling(.minMax, fittedTo: Self.table, samples: [0, 1])
    #expect(scaling.offsets == [1, 10] && scaling.scales == [2, 20])
    var table = Self.table
    table.scale(by: scaling)
    #expect(table.features == [0, 0, 1, 1, 3, -1])
  }

  @Test("z-score gives the training part mean 0 and the population's deviation 1")
  func zScore() {
    let scaling = FittedScaling(.zScore, fittedTo: Self.table, samples: [0, 1])
    #expect(scaling.offsets == [2, 20] && scaling.scales == [1, 10])
    var features = Self.table.features
    scaling.apply(to: &features)
    #expect(features == [-1, -1, 1, 1, 5, -3])
  }

  @Test("images have one pair for all pixels")
  func pooled() {
    let minMax = FittedScaling(.minMax, fittedTo: Self.images, samples: [0, 1, 2])
    #expect(minMax.offsets == [-10] && minMax.scales == [40])
    let zScore = FittedScaling(.zScore, fittedTo: Self.images, samples: [0, 1])
    // 1, 10, 3, 30: mean 11, squares 100 + 1 + 64 + 361 over 4.
    #expect(zScore.offsets == [11])
    #expect(abs(zScore.scales[0] - (131.5 as Double).squareRoot()) < 1e-12)
    var images = Self.images
    images.scale(by: zScore)
    let restored = images.features.map { Double($0) * zScore.scales[0] + 11 }
    #expect(zip(restored, Self.images.features).allSatisfy { abs($0 - Double($1)) < 1e-5 })
  }

  @Test("no scaling changes nothing")
  func none() {
    var table = Self.table
    table.scale(by: FittedScaling(.none, fittedTo: Self.table, samples: [0]))
    #expect(table == Self.table)
  }

  @Test("a constant feature is not divided by zero", arguments: [FeatureScaling.minMax, .zScore])
  func constant(method: FeatureScaling) {
    // A tenth is no binary fraction: its mean over 97 samples is not quite itself.
    let constants = Dataset(
      sampleShape: [1], features: [Float](repeating: 0.1, count: 97),
      targets: .values([Float](repeating: 0, count: 97), width: 1),
      origin: "constants")
    let scaling = FittedScaling(method, fittedTo: constants, samples: Array(0..<97))
    #expect(scaling.scales == [1])
    var features = constants.features
    scaling.apply(to: &features)
    #expect(features.allSatisfy { abs($0) < 1e-7 })
  }

  @Test("a large mean does not swallow a small deviation")
  func largeMean() {
    let dataset = Dataset(
      sampleShape: [1], features: [1e7, 1e7 + 1, 1e7 + 2, 1e7 + 3], targets: .values([0, 0, 0, 0], width: 1), origin: ""
    )
    let scaling = FittedScaling(.zScore, fittedTo: dataset, samples: [0, 1, 2, 3])
    #expect(scaling.scales == [(1.25 as Double).squareRoot()])
  }

  @Test("JSON keeps every bit", arguments: FeatureScaling.allCases)
  func roundTrip(method: FeatureScaling) throws {
    let features: [Float] = (0..<600).map { i in Float(i % 7 - 3) / Float(3 * i + 7) }
    let dataset = Dataset(
      sampleShape: [6], features: features, targets: .classes([Int32](repeating: 0, count: 100), classCount: 1),
      origin: "")
    let scaling = FittedScaling(method, fittedTo: dataset, samples: Array(0..<80))
    let json = try JSONEncoder().encode(scaling)
    let decoded = try JSONDecoder().decode(FittedScaling.self, from: json)
    #expect(decoded == scaling)
    #expect(decoded.offsets.map(\.bitPattern) == scaling.offsets.map(\.bitPattern))
    #expect(decoded.scales.map(\.bitPattern) == scaling.scales.map(\.bitPattern))
  }
}
