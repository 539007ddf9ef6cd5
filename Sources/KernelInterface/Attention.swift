/// Attention of `heads` query heads over keys and values that `heads / keyValueHeads` of them share:
///
///     S[i, j] = scale Q[i] . K[j] + bias[i, j]        P = softmax of the rows of S        O = P V
///
/// for each batch row and head; Q[i], K[j], V[j] and O[i] are vectors of `headSize` values. Query i sees key j unless
/// - j lies at or beyond the batch row's `keyCounts`,
/// - `keyMask` holds 0 for it, or
/// - `isCausal` and j > i + keyTime - queryTime: the last query sees all keys, as it does in decoding.
///
/// A query that sees no key, or whose scores are all -infinity, gets zeros.
public struct Attention {
  /// The keys that online softmax takes at once. Part of the order of summation, so it is one number for all machines.
  public static let keyBlock = 64

  public var batch, heads, keyValueHeads, headSize, queryTime, keyTime: Int
  public var query: UnsafePointer<Float>
  public var queryLayout: HeadLayout
  public var key: UnsafePointer<Float>
  public var keyLayout: HeadLayout
  /// Keys lie as in a cache, element by element within a block: [headSize, keyBlock] for each `keyBlock` keys. All of
  /// a block may be read. `keyLayout.timeStride` is then `headSize`, a block being `headSize * keyBlock` values. And each
  /// row of the values may be read up to the next multiple of 16 elements.
  public var keysAreBlocked: Bool
  public var value: UnsafePointer<Float>
  public var valueLayout: HeadLayout
  /// O and its gradient.
  public var outputLayout: HeadLayout
  public var scale: Float
  public var isCausal: Bool
  /// [batch]
  public var keyCounts: UnsafePointer<Int32>?
  /// [batch, keyTime]
  public var keyMask: UnsafePointer<UInt8>?
  /// [heads, queryTime, keyTime]
  public var bias: UnsafePointer<Float>?

  public init(
    batch: Int, heads: Int, keyValueHeads: Int, headSize: Int, queryTime: Int, keyTime: Int,
    query: UnsafePointer<Float>, queryLayout: HeadLayout, key: UnsafePointer<Float>, keyLayout: HeadLayout,
    keysAreBlocked: Bool = false, value: UnsafePointer<Float>, valueLayout: HeadLayout, outputLayout: HeadLayout,
    scale: Float, isCausal: Bool, keyCounts: UnsafePointer<Int32>? = nil, keyMask: UnsafePointer<UInt8>? = nil,
    bias: UnsafePointer<Float>? = nil
  ) {
    self.batch = batch
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headSize = headSize
    self.queryTime = queryTime
    self.keyTime = keyTime
    self.query = query
    self.queryLayout = queryLayout
    self.key = key
    self.keyLayout = keyLayout
    self.keysAreBlocked = keysAreBlocked
    self.value = value
    self.valueLayout = valueLayout
    self.outputLayout = outputLayout
    self.scale = scale
    self.isCausal = isCausal
    self.keyCounts = keyCounts
    self.keyMask = keyMask
    self.bias = bias
  }
}

extension Attention {
  /// How many keys query `query` of batch row `batch` sees, or would see without `keyMask`: keys 0 ..< this number.
  public func keysSeen(byQuery query: Int, batch: Int) -> Int {
    let present = keyCounts.map { min(keyTime, Int($0[batch])) } ?? keyTime
    return isCausal ? max(0, min(present, query + keyTime - queryTime + 1)) : present
  }
}

/// Where the vectors of heads lie in memory: floats from one batch row, head and position to the next. The values of a
/// vector lie side by side.
public struct HeadLayout: Sendable {
  public var batchStride, headStride, timeStride: Int

  public init(batchStride: Int, headStride: Int, timeStride: Int) {
    self.batchStride = batchStride
    self.headStride = headStride
    self.timeStride = timeStride
  }

  public func offset(batch: Int, head: Int, time: Int) -> Int {
    batch * batchStride + head * headStride + time * timeStride
  }
}

/// What the backward pass of `Attention` reads and writes. Gradients have the layouts of what they are gradients of.
public struct AttentionGradients {
  /// The result of the forward pass and the gradient that it gets.
  public var output: UnsafePointer<Float>
  public var outputGradient: UnsafePointer<Float>
  /// [batch, heads, queryTime], from the forward pass.
  public var logSumExp: UnsafePointer<Float>
  /// `nil`: not wanted.
  public var query: UnsafeMutablePointer<Float>?
  /// Both or none.
  public var key: UnsafeMutablePointer<Float>?
  public var value: UnsafeMutablePointer<Float>?
  /// [heads, queryTime, keyTime]; always added to, for it is a sum over the batch. Written for `queries`, as `query` is.
  public var bias: UnsafeMutablePointer<Float>?
  /// Add to the old gradients of queries, of keys and values.
  public var accumulatesQuery: Bool
  public var accumulatesKeyValue: Bool

  public init(
    output: UnsafePointer<Float>, outputGradient: UnsafePointer<Float>, logSumExp: UnsafePointer<Float>,
    query: UnsafeMutablePointer<Float>?, key: UnsafeMutablePointer<Float>?, value: UnsafeMutablePointer<Float>?,
    bias: UnsafeMutablePointer<Float>? = nil, accumulatesQuery: Bool, accumulatesKeyValue: Bool
  ) {
    self.output = output
    self.outputGradient = outputGradient
    self.logSumExp = logSumExp
    self.query = query
    self.key = key
    self.value = value
    self.bias = bias
    self.accumulatesQuery = accumulatesQuery
    self.accumulatesKeyValue = accumulatesKeyValue
  }
}
