/// How gradients travel: none of it but `precision` shows in the bits of the result.
public struct ExchangeOptions: Hashable, Sendable {
  /// What the values are that travel between nodes.
  public enum Precision: String, Hashable, Sendable, CaseIterable {
    case float32
    /// Every node's partial sums are rounded before they meet, and their sum before it comes back.
    case bfloat16
  }

  public var precision: Precision
  /// Whether buckets are exchanged between nodes while the backward pass goes on.
  public var overlaps: Bool
  /// Whether every rank (of a node) gets the whole sum, instead of each the part that it owns.
  public var gathersSums: Bool

  public init(precision: Precision = .float32, overlaps: Bool = false, gathersSums: Bool = false) {
    self.precision = precision
    self.overlaps = overlaps
    self.gathersSums = gathersSums
  }
}
