import TensorCore

/// What a decoder remembers of the tokens it has read, so that the next one costs one token's work: the keys and values of each
/// attention layer, and what an encoder gave. One for each group of sequences that are decoded together.
///
/// With it every position gets the bits that a pass over the whole sequence gives it.
public final class DecoderMemory {
  public let sequences: Int
  /// Tokens of each sequence for which there is room.
  public let capacity: Int
  /// Tokens read so far; the next pass begins at this position.
  public private(set) var count = 0
  private var caches: [Int: KeyValueCache] = [:]

  public init(sequences: Int = 1, capacity: Int) {
    precondition(sequences > 0 && capacity > 0, "memory for \(capacity) tokens of \(sequences) sequences")
    self.sequences = sequences
    self.capacity = capacity
  }

  /// Tells that a pass over `count` tokens of each sequence is over.
  public func advance(by count: Int) {
    precondition(self.count + count <= capacity, "\(count) more tokens: \(self.count) of \(capacity) are taken")
    self.count += count
  }

  /// Forgets all tokens from `count` on.
  public func truncate(to count: Int) {
    precondition(0 <= count && count <= self.count, "\(count) of \(self.count) tokens")
    for cache in caches.values { cache.truncate(to: count) }
    self.count = count
  }

  /// The cache of attention layer `layer`, made at its first use.
  func cache(ofLayer layer: Int, heads: Int, headSize: Int, on backend: Backend) -> KeyValueCache {
    if let known = caches[layer] { return known }
    let cache = KeyValueCache(batch: sequences, heads: heads, headSize: headSize, capacity: capacity, on: backend)
    caches[layer] = cache
    return cache
  }
}
