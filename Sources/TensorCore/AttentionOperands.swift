import KernelInterface

/// The operands of attention: queries, keys and values as a projection left them, and what may be added to the scores.
///
/// - One tensor [batch, time, (heads + 2 keyValueHeads) * headSize] holds, for each position, the queries of all heads, then
///   the keys, then the values.
/// - Or queries [batch, queryTime, heads * headSize], and keys and values [batch, keyTime, 2 keyValueHeads * headSize]
///   of another sequence.
///
/// They are read where they lie.
public struct AttentionOperands {
  public let options: AttentionOptions
  let query: Tensor
  let keysValues: Tensor
  /// [heads, queryTime, keyTime]
  let bias: Tensor?
  let headSize: Int
  let isPacked: Bool
  private let keyCounts: [Int32]
  private let keyMarks: [UInt8]

  public init(packed: Tensor, bias: Tensor? = nil, options: AttentionOptions) {
    let vectors = options.heads + 2 * options.keyValueHeads
    precondition(
      packed.shape.rank == 3 && packed.shape[2] % vectors == 0 && packed.shape[2] > 0,
      "\(packed.shape) is not [batch, time, (\(options.heads) + 2 * \(options.keyValueHeads)) * headSize]")
    self.init(packed, packed, bias, options, headSize: packed.shape[2] / vectors, isPacked: true)
  }

  public init(query: Tensor, keysValues: Tensor, bias: Tensor? = nil, options: AttentionOptions) {
    precondition(
      query.shape.rank == 3 && query.shape[2] % options.heads == 0 && query.shape[2] > 0,
      "queries \(query.shape) are not [batch, time, \(options.heads) * headSize]")
    let headSize = query.shape[2] / options.heads
    precondition(
      keysValues.shape.rank == 3 && keysValues.shape[0] == query.shape[0]
        && keysValues.shape[2] == 2 * options.keyValueHeads * headSize,
      "keys and values \(keysValues.shape) for queries \(query.shape): "
        + "[\(query.shape[0]), time, 2 * \(options.keyValueHeads) * \(headSize)] wanted")
    self.init(query, keysValues, bias, options, headSize: headSize, isPacked: false)
  }

  private init(
    _ query: Tensor, _ keysValues: Tensor, _ bias: Tensor?, _ options: AttentionOptions, headSize: Int, isPacked: Bool
  ) {
    self.options = options
    self.query = query
    self.keysValues = keysValues
    self.bias = bias
    self.headSize = headSize
    self.isPacked = isPacked
    let (batch, queryTime, keyTime) = (query.shape[0], query.shape[1], keysValues.shape[1])
    precondition(
      bias.map { $0.shape == [options.heads, queryTime, keyTime] } ?? true,
      "a bias of shape \(bias?.shape ?? []) for scores [\(options.heads), \(queryTime), \(keyTime)]")
    keyCounts = options.visibleKeys.counts(batch: batch, keyTime: keyTime)
    keyMarks = options.visibleKeys.marks
  }

  var backend: Backend { query.backend }
  var outputShape: Shape { [query.shape[0], query.shape[1], options.heads * headSize] }
  var logSumExpShape: Shape { [query.shape[0], options.heads, query.shape[1]] }

  /// Floats from the keys of a position to its values.
  var valueOffset: Int { options.keyValueHeads * headSize }
  /// Floats from the beginning of `keysValues` to the first key.
  var keyOffset: Int { isPacked ? options.heads * headSize : 0 }

  /// The operands as the kernels see them; valid inside `body`.
  func withDescription<Result>(_ body: (Attention) -> Result) -> Result {
    defer { withExtendedLifetime((query, keysValues, bias)) {} }
    return keyCounts.withUnsafeBufferPointer { counts in
      keyMarks.withUnsafeBufferPointer { marks in
        body(
          Attention(
            batch: query.shape[0], heads: options.heads, keyValueHeads: options.keyValueHeads, headSize: headSize,
            queryTime: query.shape[1], keyTime: keysValues.shape[1], query: query.base,
            queryLayout: layout(of: query.shape), key: keysValues.base + keyOffset,
            keyLayout: layout(of: keysValues.shape), value: keysValues.base + keyOffset + valueOffset,
            valueLayout: layout(of: keysValues.shape), outputLayout: layout(of: outputShape), scale: scale,
            isCausal: options.isCausal, keyCounts: keyCounts.isEmpty ? nil : counts.baseAddress,
            keyMask: keyMarks.isEmpty ? nil : marks.baseAddress, bias: bias?.base))
      }
    }
  }

  var scale: Float { options.scale ?? 1 / Float(headSize).squareRoot() }

  /// Heads side by side in rows [batch, time, width].
  private func layout(of shape: Shape) -> HeadLayout {
    HeadLayout(batchStride: shape[1] * shape[2], headStride: headSize, timeStride: shape[2])
  }
}
