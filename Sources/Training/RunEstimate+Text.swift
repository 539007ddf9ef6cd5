import Tables

extension RunEstimate {
  /// For people, and as comments in front of a configuration:
  ///
  ///     # GPT-2 of 12 x 768, 12 heads, context 64, vocabulary 50257, 124439808 parameters
  ///     # a step          256 tokens, 193 GFLOP
  ///     # memory a rank   2.1 GiB: parameters 475 MiB, gradients 475 MiB, optimizer state 949 MiB, activations 168 MiB
  ///     # expected        about 120 tokens/s of 1 rank at the 97 GFLOP/s its products reach now
  ///
  /// - Parameter rate: operations a second that a rank's matrix products reach.
  public func text(operationsPerSecond rate: Double) -> String {
    let parts = memory.map { "\($0.name) \(Self.bytes($0.bytes))" }.joined(separator: ", ")
    // Products are most of the work; what lies between them takes some of the time.
    let seconds = operationsPerStep / (Self.shareOfProducts * rate * Double(ranks))
    let expected =
      "about \(Self.rate(Double(unitsPerStep) / seconds)) \(unit)/s of \(ranks) \(ranks == 1 ? "rank" : "ranks")"
    return """
      # \(model)
      # a step          \(unitsPerStep) \(unit), \(Self.count(operationsPerStep))FLOP
      # memory a rank   \(Self.bytes(bytesPerRank)): \(parts)
      # expected        \(expected) at the \(Self.count(rate))FLOP/s that its products reach now

      """
  }

  private static func rate(_ number: Double) -> String { number < 10 ? number.fixed(2) : number.short }

  private static let shareOfProducts = 0.8

  private static func bytes(_ count: Double) -> String {
    let units = [("GiB", 0x1p30), ("MiB", 0x1p20)]
    let (unit, size) = units.first { count >= $0.1 } ?? ("KiB", 0x1p10)
    return (count / size).fixed(count / size < 10 ? 1 : 0) + " " + unit
  }

  /// With the prefix of its size: `193 G`.
  private static func count(_ number: Double) -> String {
    let units = [("P", 1e15), ("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)]
    let (unit, size) = units.first { number >= $0.1 } ?? ("", 1)
    return (number / size).fixed(number / size < 10 ? 1 : 0) + " " + unit
  }
}
