/// Learns merges from counted words: the pair that comes most often becomes a token, then the next.
///
/// The algorithm of `tokenizers`' BpeTrainer, with its ties: of pairs that come equally often the one with the smaller
/// ids goes first. Pairs wait in a heap; an entry whose count has changed since is put back with its present count.
struct PairMerger {
  private(set) var merges: [MergeTable.Merge] = []
  /// The bytes of each token; the first ones are given.
  private(set) var vocabulary: [[UInt8]]

  private var words: CountedWords
  private var ids: [[UInt8]: Int32] = [:]
  private var counts: [Pair: Int] = [:]
  private var queue = Heap<Candidate>()
  /// For each candidate, the words that have its pair.
  private var places: [[Int32]] = []

  init(vocabulary: [[UInt8]], words: CountedWords) {
    self.vocabulary = vocabulary
    self.words = words
    for (id, token) in vocabulary.enumerated() where ids[token] == nil { ids[token] = Int32(id) }
    var found = FoundPairs()
    for word in 0..<words.count {
      words.forEachPair(of: word) { pair in
        counts[pair, default: 0] += words.occurrences(of: word)
        found.add(pair, in: word)
      }
    }
    enqueue(found)
  }

  /// Makes the next merge; false where no pair is left.
  mutating func mergeNext() -> Bool {
    while let candidate = queue.pop() {
      let count = counts[candidate.pair] ?? 0
      if count != candidate.count {
        if count > 0 { queue.push(Candidate(count: count, pair: candidate.pair, places: candidate.places)) }
        continue
      }
      merge(candidate.pair, in: places[candidate.places])
      places[candidate.places] = []
      return true
    }
    return false
  }

  private mutating func merge(_ pair: Pair, in places: [Int32]) {
    let merged = token(vocabulary[Int(pair.left)] + vocabulary[Int(pair.right)])
    merges.append(MergeTable.Merge(left: pair.left, right: pair.right, merged: merged))
    var found = FoundPairs()
    for word in places {
      let occurrences = words.occurrences(of: Int(word))
      words.merge(pair, into: merged, in: Int(word)) { changed, change in
        counts[changed, default: 0] += change * occurrences
        if change > 0 { found.add(changed, in: Int(word)) }
      }
    }
    enqueue(found)
  }

  /// The token with these bytes, which another pair may have made before.
  private mutating func token(_ bytes: [UInt8]) -> Int32 {
    if let id = ids[bytes] { return id }
    let id = Int32(vocabulary.count)
    vocabulary.append(bytes)
    ids[bytes] = id
    return id
  }

  private mutating func enqueue(_ found: FoundPairs) {
    for (pair, words) in zip(found.pairs, found.words) {
      guard let count = counts[pair], count > 0 else { continue }
      queue.push(Candidate(count: count, pair: pair, places: places.count))
      places.append(words)
    }
  }
}

/// Two tokens beside each other.
struct Pair: Hashable, Comparable {
  let left: Int32
  let right: Int32

  static func < (a: Pair, b: Pair) -> Bool { (a.left, a.right) < (b.left, b.right) }
}

/// A pair that may be merged. The smallest is the one to merge first.
private struct Candidate: Comparable {
  let count: Int
  let pair: Pair
  let places: Int

  static func < (a: Candidate, b: Candidate) -> Bool {
    if a.count != b.count { return a.count > b.count }
    return (a.pair, a.places) < (b.pair, b.places)
  }
}

/// Pairs in the order in which they were met, and the words that have them.
private struct FoundPairs {
  private(set) var pairs: [Pair] = []
  /// Ascending, each word once, for words are looked through in order.
  private(set) var words: [[Int32]] = []
  private var numbers: [Pair: Int] = [:]

  mutating func add(_ pair: Pair, in word: Int) {
    let word = Int32(word)
    if let number = numbers[pair] {
      if words[number].last != word { words[number].append(word) }
    } else {
      numbers[pair] = pairs.count
      pairs.append(pair)
      words.append([word])
    }
  }
}
