/// The distinct words of a corpus as tokens, with how often each comes.
struct CountedWords {
  private var symbols: [Int32] = []
  /// Where word i begins; it may have shrunk since, and ends before the next word begins.
  private var starts: [Int] = []
  private var lengths: [Int] = []
  private var occurrences: [Int] = []

  /// - Parameter byteTokens: the token of each byte.
  init(_ counter: WordCounter, byteTokens: [Int32]) {
    for index in counter.counts.indices {
      let word = counter.word(index)
      starts.append(symbols.count)
      lengths.append(word.count)
      occurrences.append(counter.counts[index])
      symbols += word.map { byteTokens[Int($0)] }
    }
  }

  var count: Int { lengths.count }

  func occurrences(of word: Int) -> Int { occurrences[word] }

  func forEachPair(of word: Int, _ body: (Pair) -> Void) {
    let start = starts[word]
    for index in start..<start + max(lengths[word] - 1, 0) {
      body(Pair(left: symbols[index], right: symbols[index + 1]))
    }
  }

  /// Replaces a pair by one token wherever it is in a word, from left to right.
  ///
  /// - Parameter body: called for each pair that this breaks (with -1) and makes (with 1).
  mutating func merge(_ pair: Pair, into merged: Int32, in word: Int, _ body: (Pair, Int) -> Void) {
    let start = starts[word]
    let end = start + lengths[word]
    var read = start
    var write = start
    while read < end {
      guard read + 1 < end, symbols[read] == pair.left, symbols[read + 1] == pair.right else {
        symbols[write] = symbols[read]
        read += 1
        write += 1
        continue
      }
      if write > start {
        body(Pair(left: symbols[write - 1], right: pair.left), -1)
        body(Pair(left: symbols[write - 1], right: merged), 1)
      }
      if read + 2 < end {
        body(Pair(left: pair.right, right: symbols[read + 2]), -1)
        body(Pair(left: merged, right: symbols[read + 2]), 1)
      }
      symbols[write] = merged
      read += 2
      write += 1
    }
    lengths[word] = write - start
  }
}
