/// A number of bytes: `65536`, `64KiB`, `4MiB`, `1GiB`.
public struct ByteSize: Hashable, Comparable, Sendable {
  public let bytes: Int

  public init(_ bytes: Int) { self.bytes = bytes }

  /// `nil` where the text is no such size.
  public init?(text: String) {
    let digits = text.prefix { $0.isASCII && $0.isNumber }
    let unit = text.dropFirst(digits.count).drop { $0 == " " }
    let shifts = ["": 0, "B": 0, "KiB": 10, "MiB": 20, "GiB": 30]
    guard let number = Int(digits), let shift = shifts[String(unit)], number <= Int.max >> shift else { return nil }
    bytes = number << shift
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
