import Synchronization
import TensorCore

/// Counts the distinct words of texts, in the order in which they first come.
struct WordCounter: Sendable {
  /// How often each word came.
  private(set) var counts: [Int] = []
  private var pool: [UInt8] = []
  private var starts: [Int] = [0]
  /// Open addressing: a word's number, or -1.
  private var slots = [Int32](repeating: -1, count: 1024)

  func word(_ index: Int) -> ArraySlice<UInt8> { pool[starts[index]..<starts[index + 1]] }

  mutating func add(_ word: Span<UInt8>, count: Int = 1) {
    var place = self.place(of: word)
    if slots[place] >= 0 {
      counts[Int(slots[place])] += count
      return
    }
    if 2 * (counts.count + 1) > slots.count {
      grow()
      place = self.place(of: word)
    }
    slots[place] = Int32(counts.count)
    counts.append(count)
    for index in word.indices { pool.append(word[index]) }
    starts.append(pool.count)
  }

  /// Adds what another counter has counted, behind what this one has.
  mutating func add(_ other: WordCounter) {
    for index in other.counts.indices { add(other.word(index).span, count: other.counts[index]) }
  }

  /// The slot that has the word, or the empty one where it belongs.
  private func place(of word: Span<UInt8>) -> Int {
    var place = Int(truncatingIfNeeded: hashValue(of: word)) & (slots.count - 1)
    while slots[place] >= 0, !isWord(Int(slots[place]), word) { place = (place + 1) & (slots.count - 1) }
    return place
  }

  private func isWord(_ index: Int, _ word: Span<UInt8>) -> Bool {
    let start = starts[index]
    guard starts[index + 1] - start == word.count else { return false }
    for offset in word.indices where pool[start + offset] != word[offset] { return false }
    return true
  }

  private mutating func grow() {
    slots = [Int32](repeating: -1, count: 2 * slots.count)
    for index in counts.indices { slots[place(of: word(index).span)] = Int32(index) }
  }
}

// MARK: - In parallel

extension WordCounter {
  /// The words of `texts`, added tokens left out. Counts and order are the same on any number of threads.
  static func count(
    _ texts: [[UInt8]], pattern: PreTokenPattern, added: AddedTokens, on pool: ThreadPool
  ) -> WordCounter {
    let pieces = texts.indices.flatMap { text in cut(texts[text]).map { (text: text, range: $0) } }
    let counters = Mutex([WordCounter](repeating: WordCounter(), count: pool.size))
    pool.run(pool.size) { part in
      var counter = WordCounter()
      let share = pieces.count * part / pool.size..<pieces.count * (part + 1) / pool.size
      for piece in pieces[share] {
        let text = texts[piece.text]
        counter.count(text.span.extracting(piece.range), pattern: pattern, added: added)
      }
      counters.withLock { $0[part] = counter }
    }
    return counters.withLock { counters in
      var total = counters[0]
      for counter in counters.dropFirst() { total.add(counter) }
      return total
    }
  }

  private mutating func count(_ text: Span<UInt8>, pattern: PreTokenPattern, added: AddedTokens) {
    added.forEachPart(of: text) { part, token in
      if token != nil { return }
      var start = 0
      while start < part.count {
        let end = pattern.endOfWord(in: part, from: start)
        add(part.extracting(start..<end))
        start = end
      }
    }
  }

  /// Pieces of about 64 KiB that end between a small letter and a space or line end, where every pattern cuts; no added token
  /// may hold such a place.
  private static func cut(_ text: [UInt8]) -> [Range<Int>] {
    var pieces: [Range<Int>] = []
    var start = 0
    while start < text.count {
      var end = min(start + 65_536, text.count)
      while end < text.count, !isCut(text[end - 1], text[end]) { end += 1 }
      pieces.append(start..<end)
      start = end
    }
    return pieces
  }

  private static func isCut(_ before: UInt8, _ after: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(before) && (after == 0x20 || after == 0x0A)
  }
}
