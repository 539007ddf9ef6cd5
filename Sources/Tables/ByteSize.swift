/// A number of bytes: `65536`, `64KiB`, `4MiB`, `1GiB`, or by thousands `5GB`.
public struct ByteSize: Hashable, Comparable, Sendable {
  public let bytes: Int

  public init(_ bytes: Int) { self.bytes = bytes }

  /// `nil` where the text is no such size.
  public init?(text: String) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text.dropFirst(digits.count).drop { $0 == " " }
    let factors = [
      "": 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000,
    ]
    guard let number = Int(digits), let factor = factors[String(unit)], number <= Int.max / factor else { return nil }
    bytes = number * factor
  }

  public static func < (a: ByteSize, b: ByteSize) -> Bool { a.bytes < b.bytes }
}

extension ByteSize: CustomStringConvertible {
  /// In the largest unit that leaves a whole number; reads back equal.
  public var description: String {
    for (unit, shift) in [("GiB", 30), ("MiB", 20), ("KiB", 10)] where bytes > 0 && bytes % (1 << shift) == 0 {
      return "\(bytes >> shift)\(unit)"
    }
    return "\(bytes)"
  }
}
