import TestSupport

/// Combinations of factor values in which every pair of values of two factors occurs together at least once.
///
/// Greedy, after Cohen et al., "The AETG System" (1997): each row begins with a pair that is not covered yet and gets,
/// factor by factor in random order, the value that covers most of those that remain.
struct CoveringArray {
  /// The number of values of each factor.
  let sizes: [Int]
  /// Whether two factors can have these values at once.
  let isAllowed: (_ a: Choice, _ b: Choice) -> Bool

  struct Choice: Hashable {
    var factor: Int
    var value: Int
  }

  struct Pair: Hashable {
    let a: Choice
    let b: Choice

    /// The same pair whichever way round.
    init(_ a: Choice, _ b: Choice) {
      (self.a, self.b) = a.factor < b.factor ? (a, b) : (b, a)
    }
  }

  /// All pairs that can occur, in a fixed order.
  var pairs: [Pair] {
    let choices = sizes.indices.map { factor in (0..<sizes[factor]).map { Choice(factor: factor, value: $0) } }
    return choices.indices.flatMap { first in
      choices[..<first].flatMap { others in
        others.flatMap { a in choices[first].filter { isAllowed(a, $0) }.map { Pair(a, $0) } }
      }
    }
  }

  /// Rows of values, one for each factor: the same for the same seed.
  func rows(seed: UInt64) -> [[Int]] {
    var random = SeededGenerator(seed: seed)
    var open = pairs.shuffled(using: &random)
    var isOpen = Set(open)
    var rows: [[Int]] = []
    while let start = open.popLast() {
      guard isOpen.contains(start) else { continue }
      guard let row = row(from: start, open: isOpen, &random) else { continue }
      for pair in Self.pairs(of: row) { isOpen.remove(pair) }
      rows.append(row)
    }
    return rows
  }

  /// The whole product, as far as it is allowed.
  var product: [[Int]] {
    sizes.indices.reduce([[]]) { rows, factor in
      rows.flatMap { row in
        (0..<sizes[factor]).map { Choice(factor: factor, value: $0) }.filter { new in
          row.indices.allSatisfy { isAllowed(Choice(factor: $0, value: row[$0]), new) }
        }.map { row + [$0.value] }
      }
    }
  }

  /// `nil` where no row can hold the pair.
  private func row(from start: Pair, open: Set<Pair>, _ random: inout SeededGenerator) -> [Int]? {
    var chosen = [start.a, start.b]
    for factor in sizes.indices.shuffled(using: &random) where !chosen.contains(where: { $0.factor == factor }) {
      let candidates = (0..<sizes[factor]).shuffled(using: &random).map { Choice(factor: factor, value: $0) }
        .filter { new in chosen.allSatisfy { isAllowed($0, new) } }
      let best = candidates.max { a, b in
        let gains = [a, b].map { new in chosen.count { open.contains(Pair($0, new)) } }
        return gains[0] < gains[1]
      }
      guard let best else { return nil }
      chosen.append(best)
    }
    return chosen.sorted { $0.factor < $1.factor }.map(\.value)
  }

  /// The pairs that a row covers.
  static func pairs(of row: [Int]) -> [Pair] {
    row.indices.flatMap { b in
      (0..<b).map { a in Pair(Choice(factor: a, value: row[a]), Choice(factor: b, value: row[b])) }
    }
  }
}
