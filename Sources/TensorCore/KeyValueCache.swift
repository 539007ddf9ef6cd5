import KernelInterface

/// The keys and values of the positions that a decoder has seen, for one attention layer.
///
/// Keys lie in blocks of `Attention.keyBlock` positions, element by element, so that one query meets many keys at once.
public final class KeyValueCache {
  public let batch: Int
  public let heads: Int
  public let headSize: Int
  /// Positions for which there is room: at least as many as asked for.
  public let capacity: Int
  /// Positions held; the next one is position `count`.
  public private(set) var count = 0
  /// [batch, heads, capacity / keyBlock, headSize, keyBlock]
  private let keys: Tensor
  /// [batch, heads, capacity, headSize rounded up to a multiple of 16]
  private let values: Tensor

  /// - Parameter heads: of the keys and values.
  public init(batch: Int, heads: Int, headSize: Int, capacity: Int, on backend: Backend) {
    let blocks = (capacity + Attention.keyBlock - 1) / Attention.keyBlock
    self.batch = batch
    self.heads = heads
    self.headSize = headSize
    self.capacity = blocks * Attention.keyBlock
    keys = Tensor(filledWith: 0, [batch, heads, blocks, headSize, Attention.keyBlock], on: backend)
    values = Tensor(filledWith: 0, [batch, heads, self.capacity, (headSize + 15) / 16 * 16], on: backend)
  }

  /// Forgets all positions from `count` on.
  public func truncate(to count: Int) {
    precondition(0 <= count && count <= self.count, "a cache of \(self.count) positions cannot keep \(count)")
    self.count = count
  }

  /// Appends the keys and values of `operands`.
  fileprivate func append(_ operands: AttentionOperands) {
    operands.withDescription { new in
      precondition(
        new.batch == batch && new.keyValueHeads == heads && new.headSize == headSize,
        "keys of [\(new.batch), \(new.keyValueHeads), \(new.headSize)] for a cache of [\(batch), \(heads), \(headSize)]"
      )
      precondition(count + new.keyTime <= capacity, "\(new.keyTime) more positions: \(count) of \(capacity) are taken")
      for row in 0..<batch {
        for head in 0..<heads {
          for time in 0..<new.keyTime { store(new, row, head, time) }
        }
      }
      count += new.keyTime
    }
  }

  private func store(_ new: Attention, _ row: Int, _ head: Int, _ time: Int) {
    let (block, place) = (count + time).quotientAndRemainder(dividingBy: Attention.keyBlock)
    let unit = row * heads + head
    let key = new.key + new.keyLayout.offset(batch: row, head: head, time: time)
    let value = new.value + new.valueLayout.offset(batch: row, head: head, time: time)
    let keyTarget =
      keys.storage.base + (unit * capacity + block * Attention.keyBlock) * headSize + place
    let valueTarget = values.storage.base + (unit * capacity + count + time) * values.shape[-1]
    for d in 0..<headSize {
      keyTarget[d * Attention.keyBlock] = key[d]
      valueTarget[d] = value[d]
    }
  }

  /// What the kernels need to let the queries of `attention` meet all keys held.
  fileprivate func over(_ attention: Attention, _ visible: VisibleKeys, _ body: (Attention) -> Void) {
    var attention = attention
    attention.keyTime = count
    attention.key = keys.base
    attention.keyLayout = HeadLayout(
      batchStride: heads * capacity * headSize, headStride: capacity * headSize, timeStride: headSize)
    attention.keysAreBlocked = true
    attention.value = values.base
    let row = values.shape[-1]
    attention.valueLayout = HeadLayout(
      batchStride: heads * capacity * row, headStride: capacity * row, timeStride: row)
    let (counts, marks) = (visible.counts(batch: batch, keyTime: count), visible.marks)
    counts.withUnsafeBufferPointer { counts in
      marks.withUnsafeBufferPointer { marks in
        attention.keyCounts = counts.isEmpty ? nil : counts.baseAddress
        attention.keyMask = marks.isEmpty ? nil : marks.baseAddress
        body(attention)
      }
    }
    withExtendedLifetime(self) {}
  }
}

extension Tensor {
  /// Causal attention of the next positions of a sequence over all that came before and themselves.
  ///
  /// Their keys and values are appended to `cache`. Every position gets the bits that `attention(_:)` would give it in the whole
  /// sequence, however the sequence is cut into calls.
  ///
  /// - Parameter options: `isCausal`; `visibleKeys` speaks of all positions, those in the cache first.
  /// - Returns: [batch, time, heads * headSize]
  public func attention(_ options: AttentionOptions, appendingTo cache: KeyValueCache) -> Tensor {
    precondition(options.isCausal, "attention with a cache is causal")
    var packedOptions = options
    // The visible keys are those of the cache, not of the new positions.
    packedOptions.visibleKeys = .all
    let operands = AttentionOperands(packed: self, options: packedOptions)
    cache.append(operands)
    return Tensor(operands.outputShape, on: backend) { output in
      operands.withDescription { attention in
        cache.over(attention, options.visibleKeys) { $0.run(on: backend, into: output.base, logSumExp: nil) }
      }
    }
  }
}
