import KernelInterface

/// Which samples train, which validate, and which are kept for the test: every sample in exactly one part.
///
/// The same for the same key, number of samples and fractions, on every machine. Each part is in ascending order.
public struct DataSplit: Hashable, Sendable {
  public let training: [Int]
  public let validation: [Int]
  public let test: [Int]

  /// A part has `fraction * sampleCount` samples, rounded to the nearest number, and at least one where its fraction
  /// is above 0; training has the rest.
  ///
  /// - Throws: where a fraction is outside `0..<1`, or nothing is left to train on.
  public init(
    sampleCount: Int, validationFraction: Double, testFraction: Double, key: RandomKey
  ) throws(DatasetError) {
    for (name, fraction) in [("validation", validationFraction), ("test", testFraction)] {
      guard fraction >= 0, fraction < 1 else {
        throw .configuration(
          "the \(name) part cannot be the fraction \(fraction) of the samples",
          remedy: "Give a fraction of at least 0 and below 1.")
      }
    }
    let testCount = Self.size(testFraction, of: sampleCount)
    let validationCount = Self.size(validationFraction, of: sampleCount)
    guard testCount + validationCount < sampleCount else {
      throw .configuration(
        "\(validationCount) samples for validation and \(testCount) for the test leave none of \(sampleCount)"
          + " to train on",
        remedy: "Lower the fractions, or bring more data.")
    }
    let permutation = KeyedPermutation(count: sampleCount, key: key)
    func part(_ positions: Range<Int>) -> [Int] { positions.map { permutation[$0] }.sorted() }
    test = part(0..<testCount)
    validation = part(testCount..<testCount + validationCount)
    training = part(testCount + validationCount..<sampleCount)
  }

  private static func size(_ fraction: Double, of count: Int) -> Int {
    fraction == 0 ? 0 : max(1, Int((fraction * Double(count)).rounded()))
  }
}
