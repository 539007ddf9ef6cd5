/// The tokens of a vocabulary: from id to bytes, and from bytes to id.
///
/// All bytes lie in one pool. Ids are found by open addressing with linear probing in a table at most half full.
struct TokenTable: Sendable {
  /// One more than the largest id; ids in between may be without a token.
  let count: Int
  /// The length of the longest token that ``id(of:)`` finds.
  private(set) var longest = 0
  private let pool: [UInt8]
  /// Where token i begins in the pool; it ends where token i + 1 begins.
  private let starts: [UInt32]
  private let isPresent: [Bool]
  private var slots: [Slot]

  /// A token's id, -1 in an empty slot, and a part of its hash, so that few comparisons of bytes are in vain.
  private struct Slot {
    var tag: UInt32
    var id: Int32
  }

  /// - Parameters:
  ///   - tokens: the bytes of each id, `nil` for an id without a token. Of equal tokens the first is found.
  ///   - isFound: whether ``id(of:)`` shall find an id.
  init(_ tokens: [[UInt8]?], finding isFound: (Int32) -> Bool = { _ in true }) {
    count = tokens.count
    var pool: [UInt8] = []
    var starts: [UInt32] = [0]
    for token in tokens {
      if let token { pool += token }
      starts.append(UInt32(pool.count))
    }
    self.pool = pool
    self.starts = starts
    isPresent = tokens.map { $0 != nil }
    slots = Self.emptySlots(for: tokens.count)
    index(isFound)
  }

  private static func emptySlots(for count: Int) -> [Slot] {
    var capacity = 16
    while capacity < 2 * count { capacity *= 2 }
    return [Slot](repeating: Slot(tag: 0, id: -1), count: capacity)
  }

  private mutating func index(_ isFound: (Int32) -> Bool) {
    for id in Int32(0)..<Int32(count) where isPresent[Int(id)] && isFound(id) {
      let bytes = bytes(of: id)
      let hash = hashValue(of: bytes.span)
      var place = Int(truncatingIfNeeded: hash) & (slots.count - 1)
      while slots[place].id >= 0, !self.bytes(of: slots[place].id).elementsEqual(bytes) {
        place = (place + 1) & (slots.count - 1)
      }
      if slots[place].id < 0 { slots[place] = Slot(tag: UInt32(truncatingIfNeeded: hash >> 32), id: id) }
      longest = max(longest, bytes.count)
    }
  }

  /// The same tokens, of which only those are found that `isFound` wants.
  func finding(_ isFound: (Int32) -> Bool) -> TokenTable {
    var table = self
    table.slots = Self.emptySlots(for: count)
    table.longest = 0
    table.index(isFound)
    return table
  }

  /// Whether there is a token with this id.
  func contains(_ id: Int32) -> Bool { id >= 0 && id < count && isPresent[Int(id)] }

  /// The bytes of a token; none where there is no such token.
  func bytes(of id: Int32) -> ArraySlice<UInt8> {
    guard contains(id) else { return [] }
    return pool[Int(starts[Int(id)])..<Int(starts[Int(id) + 1])]
  }

  /// The id of the token with these bytes, -1 where there is none.
  @inline(__always)
  func id(of bytes: Span<UInt8>) -> Int32 { id(of: bytes, hash: hashValue(of: bytes)) }

  /// The same where the hash of the bytes is known.
  @inline(__always)
  func id(of bytes: Span<UInt8>, hash: UInt64) -> Int32 {
    if bytes.count > longest { return -1 }
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    var place = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while true {
      let slot = slots[place]
      if slot.id < 0 { return -1 }
      if slot.tag == tag, isToken(slot.id, bytes) { return slot.id }
      place = (place + 1) & (slots.count - 1)
    }
  }

  @inline(__always)
  private func isToken(_ id: Int32, _ bytes: Span<UInt8>) -> Bool {
    let start = Int(starts[Int(id)])
    guard Int(starts[Int(id) + 1]) - start == bytes.count else { return false }
    for index in 0..<bytes.count where pool[start + index] != bytes[index] { return false }
    return true
  }
}

/// A hash of bytes that is the same in every process; eight bytes at a time.
@inline(__always)
func hashValue(of bytes: Span<UInt8>) -> UInt64 {
  let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15
  var hash = UInt64(bytes.count)
  var position = 0
  while position < bytes.count {
    var word: UInt64 = 0
    let end = min(position + 8, bytes.count)
    while position < end {
      word = word << 8 | UInt64(bytes[position])
      position += 1
    }
    hash = (hash ^ word) &* multiplier
    hash ^= hash >> 29
  }
  return hash ^ hash >> 32
}
