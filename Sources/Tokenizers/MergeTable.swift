/// The merges of a byte-pair encoding: which two neighbouring tokens become one, and which pair goes first.
///
/// Open addressing with linear probing in a table at most half full.
struct MergeTable: Sendable {
  struct Merge: Hashable, Sendable {
    let left: Int32
    let right: Int32
    /// The token that replaces the two.
    let merged: Int32
  }

  /// In the order of their ranks: the first is the most urgent.
  let merges: [Merge]
  private var slots: [Slot]

  private struct Slot {
    var key: UInt64
    var rank: UInt32
  }

  /// The rank of a pair that is never merged.
  static let none = UInt32.max

  /// Of two merges of the same pair the later one counts, as in `tokenizers`.
  init(_ merges: [Merge]) {
    precondition(merges.count < Int32.max, "\(merges.count) merges")
    self.merges = merges
    var capacity = 16
    while capacity < 2 * merges.count { capacity *= 2 }
    slots = [Slot](repeating: Slot(key: 0, rank: Self.none), count: capacity)
    for (rank, merge) in merges.enumerated() {
      let key = Self.key(merge.left, merge.right)
      var place = Self.hash(key) & (capacity - 1)
      while slots[place].rank != Self.none, slots[place].key != key { place = (place + 1) & (capacity - 1) }
      slots[place] = Slot(key: key, rank: UInt32(rank))
    }
  }

  /// The place of a pair in ``merges``, or ``none``.
  @inline(__always)
  func rank(_ left: Int32, _ right: Int32) -> UInt32 {
    let key = Self.key(left, right)
    var place = Self.hash(key) & (slots.count - 1)
    while true {
      let slot = slots[place]
      if slot.key == key || slot.rank == Self.none { return slot.rank }
      place = (place + 1) & (slots.count - 1)
    }
  }

  @inline(__always)
  private static func key(_ left: Int32, _ right: Int32) -> UInt64 {
    UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
  }

  @inline(__always)
  private static func hash(_ key: UInt64) -> Int {
    let product = key &* 0x9E37_79B9_7F4A_7C15
    return Int(truncatingIfNeeded: product ^ product >> 32)
  }
}

/// A merge as files have it: both sides by their spellings.
struct SpelledMerge {
  let left: [UInt8]
  let right: [UInt8]
}

extension MergeTable {
  /// Merges by their tokens' ids.
  ///
  /// - Throws: ``TokenizerError`` where one names or makes a token that the vocabulary lacks.
  static func merges(_ spelled: [SpelledMerge], in table: TokenTable, path: String) throws(TokenizerError) -> [Merge] {
    func id(_ spelling: [UInt8], _ index: Int) throws(TokenizerError) -> Int32 {
      let id = table.id(of: spelling.span)
      if id >= 0 { return id }
      let name = String(decoding: spelling, as: UTF8.self)
      throw .badContent(path, "merge \(index + 1) has the token '\(name)', which the vocabulary lacks")
    }
    var merges: [Merge] = []
    merges.reserveCapacity(spelled.count)
    for (index, merge) in spelled.enumerated() {
      merges.append(
        Merge(
          left: try id(merge.left, index), right: try id(merge.right, index),
          merged: try id(merge.left + merge.right, index)))
    }
    return merges
  }
}
