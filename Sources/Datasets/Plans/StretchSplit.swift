/// Which stretch of a text trains, which validates, and which is kept for the test: its beginning, what follows, and its end.
///
/// Neighbouring sentences tell of each other, so the parts of a text are not drawn at random as samples are (`DataSplit`).
public struct StretchSplit: Hashable, Sendable {
  public let training: Range<Int>
  public let validation: Range<Int>
  public let test: Range<Int>

  /// Training has the first `1 - validation - test` of `count` elements, rounded down.
  ///
  /// - Parameter move: where to cut instead of at a position; the position itself or one behind it.
  public init(
    count: Int, validationFraction: Double, testFraction: Double, moving move: (Int) -> Int = { $0 }
  ) {
    precondition(
      validationFraction >= 0 && testFraction >= 0 && validationFraction + testFraction < 1,
      "shares of \(validationFraction) and \(testFraction) leave nothing to train on")
    let first = move(Int(Double(count) * (1 - validationFraction - testFraction)))
    let second = move(Int(Double(count) * (1 - testFraction)))
    training = 0..<first
    validation = first..<max(first, second)
    test = max(first, second)..<count
  }
}
