import KernelInterface
import Testing

/// What an attention is about, apart from its values.
struct AttentionCase: CustomStringConvertible, Sendable {
  var batch = 1
  var heads = 2
  var keyValueHeads = 1
  var size = 8
  var queryTime = 5
  /// `nil`: queries, keys and values lie packed, [batch, time, (heads + 2 keyValueHeads) * size].
  var keyTime: Int?
  var isCausal = false
  var keyCounts: [Int32] = []
  var keyMask: [UInt8] = []
  var hasBias = false
  var accumulates = false
  var seed: UInt64 = 1
  var range: Float = 2

  var description: String {
    "batch \(batch), heads \(heads)/\(keyValueHeads) of \(size), time \(queryTime)/\(keyTime ?? queryTime)"
      + "\(isCausal ? ", causal" : "")\(hasBias ? ", bias" : ""), counts \(keyCounts), mask \(keyMask)"
  }
}

/// Values for all cases, drawn once.
private let randomPool = randomFloats(1, count: 30_011)

/// An attention with its operands, results and gradients in guarded memory.
struct GuardedAttention {
  let query, keyValue, bias, output, outputGradient, logSumExp: Floats
  let queryGradient, keyValueGradient, biasGradient: Floats
  let counts: Guarded<Int32>
  let mask: Guarded<UInt8>
  var attention: Attention
  let gradients: AttentionGradients

  init(_ shape: AttentionCase) {
    let (batch, queryTime, keyTime) = (shape.batch, shape.queryTime, shape.keyTime ?? shape.queryTime)
    let isPacked = shape.keyTime == nil
    let keyValueWidth = 2 * shape.keyValueHeads * shape.size
    let width = shape.heads * shape.size + (isPacked ? keyValueWidth : 0)
    let values = { (index: Int, count: Int) in
      let start = (Int(shape.seed) * 7 + index) * 1009
      return Floats((start..<start + count).map { randomPool[$0 % randomPool.count] * shape.range })
    }
    query = values(1, batch * queryTime * width)
    keyValue = isPacked ? query : values(2, batch * keyTime * keyValueWidth)
    bias = values(3, shape.heads * queryTime * keyTime)
    outputGradient = values(4, batch * queryTime * shape.heads * shape.size)
    output = Floats(count: outputGradient.count)
    logSumExp = Floats(count: batch * shape.heads * queryTime)
    queryGradient = values(5, query.count)
    keyValueGradient = isPacked ? queryGradient : values(6, keyValue.count)
    biasGradient = values(7, bias.count)
    counts = Guarded(shape.keyCounts)
    mask = Guarded(shape.keyMask)
    let layout = { (time: Int, width: Int) in
      HeadLayout(batchStride: time * width, headStride: shape.size, timeStride: width)
    }
    let keyOffset = isPacked ? shape.heads * shape.size : 0
    let valueOffset = keyOffset + shape.keyValueHeads * shape.size
    let keyLayout = isPacked ? layout(queryTime, width) : layout(keyTime, keyValueWidth)
    attention = Attention(
      batch: batch, heads: shape.heads, keyValueHeads: shape.keyValueHeads, headSize: shape.size, queryTime: queryTime,
      keyTime: keyTime, query: query.pointer, queryLayout: layout(queryTime, width), key: keyValue.pointer + keyOffset,
      keyLayout: keyLayout, value: keyValue.pointer + valueOffset, valueLayout: keyLayout,
      outputLayout: layout(queryTime, shape.heads * shape.size), scale: 1 / Float(shape.size).squareRoot(),
      isCausal: shape.isCausal, keyCounts: shape.keyCounts.isEmpty ? nil : UnsafePointer(counts.pointer),
      keyMask: shape.keyMask.isEmpty ? nil : UnsafePointer(mask.pointer),
      bias: shape.hasBias ? UnsafePointer(bias.pointer) : nil)
    gradients = AttentionGradients(
      output: output.pointer, outputGradient: outputGradient.pointer, logSumExp: logSumExp.pointer,
      query: queryGradient.pointer, key: keyValueGradient.pointer + keyOffset,
      value: keyValueGradient.pointer + valueOffset, bias: shape.hasBias ? biasGradient.pointer : nil,
      accumulatesQuery: shape.accumulates, accumulatesKeyValue: shape.accumulates)
  }

  /// The forward pass, each head's queries cut into ranges at `cuts`.
  func forward(_ kernels: any Kernels, cuts: [Int] = []) {
    withWorkspace(kernels.attentionWorkspaceSize(attention)) { workspace in
      for batch in 0..<attention.batch {
        for head in 0..<attention.heads {
          for queries in ranges(attention.queryTime, cuts) {
            kernels.attention(
              attention, batch: batch, head: head, queries: queries, into: output.pointer,
              logSumExp: logSumExp.pointer, workspace: workspace)
          }
        }
      }
    }
    #expect(output.canariesLive && logSumExp.canariesLive)
  }

  /// The forward pass over copies of keys and values as a cache holds them: keys in blocks, values in rows of whole
  /// vectors.
  func forwardFromCache(_ kernels: any Kernels) {
    let (heads, size, block) = (attention.keyValueHeads, attention.headSize, Attention.keyBlock)
    let (capacity, row) = ((attention.keyTime + block - 1) / block * block, (size + 15) / 16 * 16)
    let keys = Floats(count: attention.batch * heads * capacity * size)
    let values = Floats(count: attention.batch * heads * capacity * row)
    for unit in 0..<attention.batch * heads {
      for j in 0..<attention.keyTime {
        let key = attention.key + attention.keyLayout.offset(batch: unit / heads, head: unit % heads, time: j)
        let value = attention.value + attention.valueLayout.offset(batch: unit / heads, head: unit % heads, time: j)
        for d in 0..<size {
          keys.pointer[(unit * capacity + j / block * block) * size + d * block + j % block] = key[d]
          values.pointer[(unit * capacity + j) * row + d] = value[d]
        }
      }
    }
    let layout = { (row: Int) in
      HeadLayout(batchStride: heads * capacity * row, headStride: capacity * row, timeStride: row)
    }
    var cached = self
    cached.attention.keysAreBlocked = true
    (cached.attention.key, cached.attention.keyLayout) = (UnsafePointer(keys.pointer), layout(size))
    (cached.attention.value, cached.attention.valueLayout) = (UnsafePointer(values.pointer), layout(row))
    cached.forward(kernels)
    withExtendedLifetime((keys, values)) {}
  }

  /// The backward pass in one go, or in two: dK and dV by ranges of the keys, dQ by ranges of the queries.
  func backward(_ kernels: any Kernels, keyCuts: [Int]? = nil, queryCuts: [Int] = []) {
    withWorkspace(kernels.attentionBackwardWorkspaceSize(attention)) { workspace in
      let run = { (part: AttentionGradients, batch: Int, head: Int, queries: Range<Int>, keys: Range<Int>) in
        kernels.attentionBackward(
          attention, part, batch: batch, keyValueHead: head, queries: queries, keys: keys, workspace: workspace)
      }
      let (allQueries, allKeys) = (0..<attention.queryTime, 0..<attention.keyTime)
      for batch in 0..<attention.batch {
        for head in 0..<attention.keyValueHeads {
          guard let keyCuts else {
            run(gradients, batch, head, allQueries, allKeys)
            continue
          }
          var (ofKeys, ofQueries) = (gradients, gradients)
          (ofKeys.query, ofKeys.bias, ofQueries.key, ofQueries.value) = (nil, nil, nil, nil)
          for keys in ranges(attention.keyTime, keyCuts) { run(ofKeys, batch, head, allQueries, keys) }
          for queries in ranges(attention.queryTime, queryCuts) { run(ofQueries, batch, head, queries, allKeys) }
        }
      }
    }
    #expect(queryGradient.canariesLive && keyValueGradient.canariesLive && biasGradient.canariesLive)
  }

  /// All that was written.
  var results: [[Float]] {
    [output, logSumExp, queryGradient, keyValueGradient, biasGradient].map(\.elements)
  }
}

private func ranges(_ count: Int, _ cuts: [Int]) -> [Range<Int>] {
  zip([0] + cuts, cuts + [count]).map { min($0, count)..<min($1, count) }
}

/// Scratch memory between canaries.
func withWorkspace(_ bytes: Int, _ body: (UnsafeMutableRawPointer) -> Void) {
  let workspace = UnsafeMutableRawPointer.allocate(byteCount: bytes + 64, alignment: 64)
  defer { workspace.deallocate() }
  // What the memory holds must not matter.
  workspace.initializeMemory(as: UInt8.self, repeating: 0xFF, count: bytes)
  let end = workspace + bytes
  for i in 0..<64 { end.storeBytes(of: 0x5A, toByteOffset: i, as: UInt8.self) }
  body(workspace)
  #expect((0..<64).allSatisfy { end.load(fromByteOffset: $0, as: UInt8.self) == 0x5A }, "workspace overrun")
}
