/// A time as people write it: `2us`, `0.5 ms`, `1s`.
public struct Duration: Hashable, Sendable {
  public let seconds: Double

  public init(seconds: Double) { self.seconds = seconds }

  /// `nil` where the text is no such time.
  public init?(text: String) {
    guard let seconds = quantity(text, units: ["ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1]) else {
      return nil
    }
    self.seconds = seconds
  }
}

/// A rate as people write it: `10Gb/s` and `1gbit` in bits, `1.25GB/s` in bytes.
public struct DataRate: Hashable, Sendable {
  public let bytesPerSecond: Double

  public init(bytesPerSecond: Double) {
    precondition(bytesPerSecond > 0, "a rate of \(bytesPerSecond) bytes a second")
    self.bytesPerSecond = bytesPerSecond
  }

  /// `nil` where the text is no such rate.
  public init?(text: String) {
    let bits = ["k": 1e3, "m": 1e6, "g": 1e9]
    var units: [String: Double] = [:]
    for (letter, size) in bits {
      for prefix in [letter, letter.uppercased()] {
        for name in ["b/s", "bit", "bit/s"] { units[prefix + name] = size / 8 }
        units[prefix + "B/s"] = size
      }
    }
    guard let rate = quantity(text, units: units), rate > 0 else { return nil }
    bytesPerSecond = rate
  }
}

/// A decimal number and one of the units, with or without spaces between, as a multiple of 1; `nil` for anything else.
private func quantity(_ text: String, units: [String: Double]) -> Double? {
  let digits = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
  let unit = text.dropFirst(digits.count).drop { $0 == " " }
  guard let number = Double(digits), let size = units[String(unit)] else { return nil }
  return number * size
}

/// Numbers of nodes: `16`, or the powers of two in `1..1024`, both ends included.
public struct NodeCounts: Hashable, Sendable {
  public let counts: [Int]

  /// `nil` where the text names no nodes, or more than a million.
  public init?(text: String) {
    let ends = text.split(separator: ".", omittingEmptySubsequences: false)
    let bounds = ends.filter { !$0.isEmpty }.compactMap { Int($0) }
    guard bounds.allSatisfy({ (1...1 << 20).contains($0) }) else { return nil }
    switch (ends.count, bounds.count) {
    case (1, 1): self.init(bounds[0]...bounds[0])
    case (3, 2) where ends[1].isEmpty && bounds[0] <= bounds[1]: self.init(bounds[0]...bounds[1])
    default: return nil
    }
  }

  /// The powers of two in the range, and both its ends.
  public init(_ range: ClosedRange<Int>) {
    let powers = (0..<Int.bitWidth - 1).map { 1 << $0 }.filter(range.contains)
    counts = Set(powers + [range.lowerBound, range.upperBound]).sorted()
  }
}
