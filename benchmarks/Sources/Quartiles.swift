/// The middle of some values and how far they lie apart.
public struct Quartiles: Equatable, Sendable {
  public let lower: Double
  public let median: Double
  public let upper: Double

  /// Between two values, by their distance (Hyndman and Fan 1996, definition 7).
  ///
  /// - Parameter values: at least one.
  public init(of values: [Double]) {
    precondition(!values.isEmpty, "quartiles of no values")
    let ordered = values.sorted()
    func quantile(_ fraction: Double) -> Double {
      let place = fraction * Double(ordered.count - 1)
      let below = Int(place)
      let above = min(below + 1, ordered.count - 1)
      return ordered[below] + (place - Double(below)) * (ordered[above] - ordered[below])
    }
    lower = quantile(0.25)
    median = quantile(0.5)
    upper = quantile(0.75)
  }
}
