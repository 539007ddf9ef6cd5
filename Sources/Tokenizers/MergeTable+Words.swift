// Byte-pair encoding of one word (Sennrich et al. 2016, algorithm 1): as long as there is a pair to merge, the one of
// the lowest rank, and of several such the leftmost, becomes one token.

extension MergeTable {
  /// The longest word for which looking at all its pairs is quicker than keeping them in a heap.
  static let shortWord = 32

  /// Replaces the tokens from `start` to the end of `ids`, one word, by what its merges make of them.
  @inline(__always)
  func merge(_ ids: inout [Int32], from start: Int) {
    if ids.count - start <= Self.shortWord { mergeShort(&ids, from: start) } else { mergeLong(&ids, from: start) }
  }

  /// Looks at all pairs before each merge: O(length²), on the stack.
  func mergeShort(_ ids: inout [Int32], from start: Int) {
    var count = ids.count - start
    precondition(count <= Self.shortWord, "\(count) tokens in a short word")
    guard count > 1 else { return }
    var symbols = InlineArray<32, Int32>(repeating: 0)
    var ranks = InlineArray<32, UInt32>(repeating: Self.none)
    for index in 0..<count { symbols[index] = ids[start + index] }
    for index in 0..<count - 1 { ranks[index] = rank(symbols[index], symbols[index + 1]) }
    while count > 1 {
      var best = Self.none
      var place = 0
      for index in 0..<count - 1 where ranks[index] < best {
        best = ranks[index]
        place = index
      }
      if best == Self.none { break }
      symbols[place] = merges[Int(best)].merged
      count -= 1
      for index in place + 1..<max(count, place + 1) {
        symbols[index] = symbols[index + 1]
        ranks[index] = ranks[index + 1]
      }
      ranks[place] = place + 1 < count ? rank(symbols[place], symbols[place + 1]) : Self.none
      if place > 0 { ranks[place - 1] = rank(symbols[place - 1], symbols[place]) }
    }
    ids.removeLast(ids.count - start - count)
    for index in 0..<count { ids[start + index] = symbols[index] }
  }

  /// A linked list of tokens and a heap of pairs: O(length log length), for words without spaces as long as texts.
  func mergeLong(_ ids: inout [Int32], from start: Int) {
    var word = LinkedWord(ids[start...])
    var queue = Heap<UInt64>()
    func enqueue(_ left: Int, _ right: Int) {
      let rank = rank(word.symbols[left], word.symbols[right])
      if rank != Self.none { queue.push(UInt64(rank) << 32 | UInt64(left)) }
    }
    for left in 0..<max(word.symbols.count - 1, 0) { enqueue(left, left + 1) }
    while let entry = queue.pop() {
      let rank = UInt32(entry >> 32)
      let left = Int(entry & 0xFFFF_FFFF)
      let right = Int(word.next[left])
      // The pair may be gone: one of its tokens was merged with another neighbour since.
      guard word.symbols[left] >= 0, right < word.symbols.count,
        self.rank(word.symbols[left], word.symbols[right]) == rank
      else { continue }
      word.join(left, right, into: merges[Int(rank)].merged)
      let previous = Int(word.previous[left])
      let next = Int(word.next[left])
      if previous >= 0 { enqueue(previous, left) }
      if next < word.symbols.count { enqueue(left, next) }
    }
    ids.removeLast(ids.count - start)
    ids += word.symbols.lazy.filter { $0 >= 0 }
  }
}

/// The tokens of a word, each knowing its neighbours; a token joined to the one before it is -1.
private struct LinkedWord {
  var symbols: [Int32]
  var previous: [Int32]
  var next: [Int32]

  init(_ symbols: ArraySlice<Int32>) {
    self.symbols = Array(symbols)
    previous = (0..<Int32(symbols.count)).map { $0 - 1 }
    next = (0..<Int32(symbols.count)).map { $0 + 1 }
  }

  mutating func join(_ left: Int, _ right: Int, into merged: Int32) {
    symbols[left] = merged
    symbols[right] = -1
    next[left] = next[right]
    if Int(next[right]) < symbols.count { previous[Int(next[right])] = Int32(left) }
  }
}
