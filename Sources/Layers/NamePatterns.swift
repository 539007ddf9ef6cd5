/// A choice of parameters or layers by name. A `*` stands for any characters, dots among them: `blocks.0.*`, `*.bias`.
/// One with a `!` in front takes out again what the others choose: `*` and `!head.*` are all but the head.
public struct NamePatterns: Codable, Hashable, Sendable {
  public var patterns: [String]

  public init(_ patterns: [String]) { self.patterns = patterns }

  public static let none = NamePatterns([])

  /// Whether `name` is chosen: one of the patterns is the whole of it, and none with a `!`.
  public func match(_ name: String) -> Bool {
    let bytes = Array(name.utf8)[...]
    func isMatched(_ pattern: Substring) -> Bool { Self.match(Array(pattern.utf8)[...], bytes) }
    return patterns.contains { !$0.hasPrefix("!") && isMatched($0[...]) }
      && !patterns.contains { $0.hasPrefix("!") && isMatched($0.dropFirst()) }
  }

  private static func match(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
    // Where the last star stands, and how much of the name it has taken: the only place to go back to.
    var (star, taken): (Int?, Int) = (nil, 0)
    var (p, n) = (pattern.startIndex, name.startIndex)
    while n < name.endIndex {
      if p < pattern.endIndex, pattern[p] == UInt8(ascii: "*") {
        (star, taken) = (p, n)
        p += 1
      } else if p < pattern.endIndex, pattern[p] == name[n] {
        (p, n) = (p + 1, n + 1)
      } else if let last = star {
        taken += 1
        (p, n) = (last + 1, taken)
      } else {
        return false
      }
    }
    return pattern[p...].allSatisfy { $0 == UInt8(ascii: "*") }
  }
}
