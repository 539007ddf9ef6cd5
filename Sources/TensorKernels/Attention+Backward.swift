import KernelInterface

// The backward pass, after FlashAttention-2 (Dao 2023, algorithm 2). Scores are computed again from Q and K instead of
// having been kept; with the log-sum-exp of each query, P = exp(S - logSumExp) needs no second look at the maximum. With
// dP = dO V^T and D[i] = sum over j of P[i, j] dP[i, j] = dO[i] . O[i]:
//
//     dS = P (dP - D)        dV = P^T dO        dK = dS^T (scale Q)        dQ = scale dS K
//
// Panels of queries and blocks of keys as in the forward pass; a stripe of panels goes over all keys, then the next
// stripe, so every gradient of a key is a sum over queries ascending and every gradient of a query one over keys ascending.

extension VectorKernels {
  /// Panels of a stripe: what they keep should fit a second-level cache beside a block of keys.
  private static var stripe: Int { 4 }

  public func attentionBackwardWorkspaceSize(_ attention: Attention) -> Int {
    BackwardMemory.size(AttentionHead.padded(attention.headSize), panels: Self.stripe, keys: attention.keyTime)
      * MemoryLayout<Float>.stride
  }

  public func attentionBackward(
    _ attention: Attention, _ gradients: AttentionGradients, batch: Int, keyValueHead: Int, queries: Range<Int>,
    keys: Range<Int>, workspace: UnsafeMutableRawPointer
  ) {
    let group = attention.heads / attention.keyValueHeads
    var head = AttentionHead(attention, batch: batch, head: keyValueHead * group)
    let memory = BackwardMemory(
      workspace.assumingMemoryBound(to: Float.self), head.paddedSize, panels: Self.stripe, keys: attention.keyTime)
    let present = keys.lowerBound..<max(keys.lowerBound, min(keys.upperBound, head.keyCount))
    head.copyKeysAndValues(present, into: memory.keys)
    let (key, keyRow, value, valueStride) = (head.key, head.keyRow, head.value, head.valueStride)
    fillRow(memory.keyGradients + keys.lowerBound * head.paddedSize, keys.count * head.paddedSize, with: 0)
    fillRow(memory.valueGradients + keys.lowerBound * head.paddedSize, keys.count * head.paddedSize, with: 0)
    for index in keyValueHead * group..<(keyValueHead + 1) * group {
      head = AttentionHead(attention, batch: batch, head: index)
      (head.key, head.keyRow, head.value, head.valueStride) = (key, keyRow, value, valueStride)
      let pass = BackwardPass(attention, gradients, batch, index, head, memory)
      var first = queries.lowerBound
      while first < queries.upperBound {
        let end = min(queries.upperBound, first + Self.stripe * AttentionPanel.width)
        pass.takeStripe(first..<end, keys: present)
        first = end
      }
    }
    writeKeyGradients(attention, gradients, batch, keyValueHead, keys, memory)
  }
}

private func writeKeyGradients(
  _ attention: Attention, _ gradients: AttentionGradients, _ batch: Int, _ head: Int, _ keys: Range<Int>,
  _ memory: BackwardMemory
) {
  guard let key = gradients.key, let value = gradients.value else { return }
  let size = AttentionHead.padded(attention.headSize)
  writeRows(
    memory.keyGradients + keys.lowerBound * size, size, count: keys.count, attention.headSize,
    into: key + attention.keyLayout.offset(batch: batch, head: head, time: keys.lowerBound),
    attention.keyLayout.timeStride, accumulates: gradients.accumulatesKeyValue)
  writeRows(
    memory.valueGradients + keys.lowerBound * size, size, count: keys.count, attention.headSize,
    into: value + attention.valueLayout.offset(batch: batch, head: head, time: keys.lowerBound),
    attention.valueLayout.timeStride, accumulates: gradients.accumulatesKeyValue)
}

/// The backward pass of one query head.
private struct BackwardPass {
  private let head: AttentionHead
  private let memory: BackwardMemory
  private let scale: Float
  private let output: UnsafePointer<Float>
  private let outputGradient: UnsafePointer<Float>
  private let outputStride: Int
  private let logSumExp: UnsafePointer<Float>
  private let queryGradient: UnsafeMutablePointer<Float>?
  private let accumulates: Bool
  private let wantsKeys: Bool
  private let biasGradient: UnsafeMutablePointer<Float>?

  init(
    _ attention: Attention, _ gradients: AttentionGradients, _ batch: Int, _ index: Int, _ head: AttentionHead,
    _ memory: BackwardMemory
  ) {
    self.head = head
    self.memory = memory
    scale = attention.scale
    let place = attention.outputLayout.offset(batch: batch, head: index, time: 0)
    output = gradients.output + place
    outputGradient = gradients.outputGradient + place
    outputStride = attention.outputLayout.timeStride
    logSumExp = gradients.logSumExp + (batch * attention.heads + index) * attention.queryTime
    queryGradient = gradients.query.map { $0 + attention.queryLayout.offset(batch: batch, head: index, time: 0) }
    accumulates = gradients.accumulatesQuery
    wantsKeys = gradients.key != nil
    biasGradient = gradients.bias.map { $0 + index * attention.queryTime * attention.keyTime }
  }

  /// - Parameter keys: from the beginning of a block on.
  func takeStripe(_ queries: Range<Int>, keys: Range<Int>) {
    let seen = min(keys.upperBound, head.keysSeen(byQuery: queries.upperBound - 1))
    forEachPanel(queries) { panel, queries in begin(memory.panel(panel), queries) }
    var key = keys.lowerBound
    while key < seen {
      forEachPanel(queries) { panel, queries in
        let end = min(seen, key + Attention.keyBlock, head.keysSeen(byQuery: queries.upperBound - 1))
        if end > key { takeBlock(memory.panel(panel), queries, key, end - key) }
      }
      key += Attention.keyBlock
    }
    guard let queryGradient else { return }
    forEachPanel(queries) { panel, queries in
      let lanes = AttentionPanel.lanes(queries.count)
      transpose(
        memory.panel(panel).queryGradients, AttentionPanel.width, rows: head.paddedSize, columns: lanes,
        into: memory.rows, head.paddedSize)
      writeRows(
        memory.rows, head.paddedSize, count: queries.count, head.size, times: scale,
        into: queryGradient + queries.lowerBound * head.queryStride, head.queryStride, accumulates: accumulates)
    }
  }

  /// Gathers what a panel needs: Q and dO as rows and as columns, log-sum-exp and D. Lanes without a query get
  /// probabilities of 0.
  private func begin(_ panel: BackwardPanel, _ queries: Range<Int>) {
    let (size, count, width) = (head.paddedSize, queries.count, AttentionPanel.width)
    let lanes = AttentionPanel.lanes(count)
    copyRows(
      head.query + queries.lowerBound * head.queryStride, head.queryStride, count: count, head.size, times: scale,
      into: panel.queryRows, size)
    copyRows(
      outputGradient + queries.lowerBound * outputStride, outputStride, count: count, head.size,
      into: panel.outputRows, size)
    fillRow(panel.queryRows + count * size, (lanes - count) * size, with: 0)
    fillRow(panel.outputRows + count * size, (lanes - count) * size, with: 0)
    transpose(panel.queryRows, size, rows: lanes, columns: size, into: panel.queries, width)
    transpose(panel.outputRows, size, rows: lanes, columns: size, into: panel.outputs, width)
    fillRow(panel.queryGradients, size * width, with: 0)
    fillRow(panel.logSums, width, with: .infinity)
    fillRow(panel.dots, width, with: 0)
    for lane in 0..<count {
      let i = queries.lowerBound + lane
      panel.logSums[lane] = logSumExp[i]
      var dot = Vector.zero
      let (o, dy) = (output + i * outputStride, panel.outputRows + lane * size)
      forEachVector(head.size) { dot = dot.adding(o.vector($0), times: dy.vector($0)) }
      panel.dots[lane] = dot.laneSum
    }
  }

  /// A panel of queries and a block of keys.
  private func takeBlock(_ panel: BackwardPanel, _ queries: Range<Int>, _ key: Int, _ keys: Int) {
    let (width, lanes) = (AttentionPanel.width, AttentionPanel.lanes(queries.count))
    let (p, ds) = (memory.scores, memory.slopes)
    let start = head.beginScores(p, key, keys, queries, memory.rows)
    addProducts(
      rows: keys, columns: lanes, steps: head.size, head.keyScalars(key), (panel.queries, width), to: (p, width),
      from: start)
    head.mask(p, firstKey: key, keys: keys, firstQuery: queries.lowerBound, lanes: lanes)
    let values = head.value + key &* head.valueStride
    addProducts(
      rows: keys, columns: lanes, steps: head.size, (values, head.valueStride, 1), (panel.outputs, width),
      to: (ds, width), from: .zero)
    takeSlopes(p, ds, keys, lanes, panel)
    if wantsKeys { addKeyGradients(panel, queries, key, keys) }
    if queryGradient != nil {
      addProducts(
        rows: head.size, columns: lanes, steps: keys, (head.key + key &* head.keyRow, 1, head.keyRow), (ds, width),
        to: (panel.queryGradients, width), from: .old)
    }
    if let biasGradient {
      let block = Attention.keyBlock
      transpose(ds, width, rows: AttentionHead.padded(keys), columns: lanes, into: memory.rows, block)
      writeRows(
        memory.rows, block, count: queries.count, keys,
        into: biasGradient + queries.lowerBound * head.biasStride + key, head.biasStride, accumulates: true)
    }
  }

  /// dV += P^T dO and dK += dS^T Q. Keys that the first query sees are seen by all; of the keys behind, those whom some
  /// queries do not see, a few at a time begin at the first query that sees one of them.
  private func addKeyGradients(_ panel: BackwardPanel, _ queries: Range<Int>, _ key: Int, _ keys: Int) {
    var (j, rows, firstLane) = (0, min(keys, head.keysSeen(byQuery: queries.lowerBound) - key), 0)
    while j < keys {
      if rows > 0 {
        let (size, place) = (head.paddedSize, j &* AttentionPanel.width + firstLane)
        addProducts(
          rows: rows, columns: size, steps: queries.count - firstLane,
          (UnsafePointer(memory.scores + place), AttentionPanel.width, 1),
          (panel.outputRows + firstLane &* size, size), to: (memory.valueGradients + (key + j) &* size, size),
          from: .old)
        addProducts(
          rows: rows, columns: size, steps: queries.count - firstLane,
          (UnsafePointer(memory.slopes + place), AttentionPanel.width, 1),
          (panel.queryRows + firstLane &* size, size), to: (memory.keyGradients + (key + j) &* size, size), from: .old)
        j += rows
      }
      (rows, firstLane) = (min(8, keys - j), key + j - head.diagonal - queries.lowerBound)
    }
  }

  /// Scores become P = exp(S - logSumExp), and dP becomes dS = P (dP - D).
  private func takeSlopes(
    _ scores: UnsafeMutablePointer<Float>, _ slopes: UnsafeMutablePointer<Float>, _ keys: Int, _ lanes: Int,
    _ panel: BackwardPanel
  ) {
    var lane = 0
    while lane < lanes {
      let (logSum, dot) = (read(panel.logSums + lane), read(panel.dots + lane))
      for j in 0..<keys {
        let place = j &* AttentionPanel.width &+ lane
        // A probability is at most 1, whatever rounding says of huge scores.
        let x = read(scores + place) - logSum
        let p = exponential(x.replacing(with: 0, where: x .> 0))
        write(p, to: scores + place)
        write(p * (read(slopes + place) - dot), to: slopes + place)
      }
      lane += Vector.scalarCount
    }
  }
}

/// What a panel of queries keeps while keys pass by.
private struct BackwardPanel {
  /// Q^T (scaled) and dO^T: [paddedSize, width]
  let queries, outputs: UnsafeMutablePointer<Float>
  /// The same as rows: [width, paddedSize]
  let queryRows, outputRows: UnsafeMutablePointer<Float>
  /// dQ^T, not yet scaled: [paddedSize, width]
  let queryGradients: UnsafeMutablePointer<Float>
  /// The log-sum-exp and D of each lane.
  let logSums, dots: UnsafeMutablePointer<Float>

  init(_ floats: UnsafeMutablePointer<Float>, _ paddedSize: Int) {
    let square = AttentionPanel.width * paddedSize
    queries = floats
    outputs = queries + square
    queryRows = outputs + square
    outputRows = queryRows + square
    queryGradients = outputRows + square
    logSums = queryGradients + square
    dots = logSums + AttentionPanel.width
  }

  static func size(_ paddedSize: Int) -> Int { AttentionPanel.width * (5 * paddedSize + 2) }
}

/// Scratch memory of the backward pass.
private struct BackwardMemory {
  /// S^T and then P^T, dP^T and then dS^T: [keyBlock, width]
  let scores, slopes: UnsafeMutablePointer<Float>
  /// Rows on their way to being columns, or back: [width, paddedSize] or [width, keyBlock]
  let rows: UnsafeMutablePointer<Float>
  /// dK and dV: [keys, paddedSize]
  let keyGradients, valueGradients: UnsafeMutablePointer<Float>
  /// Copies of the keys and the values.
  let keys: UnsafeMutablePointer<Float>
  private let panels: UnsafeMutablePointer<Float>
  private let paddedSize: Int

  init(_ floats: UnsafeMutablePointer<Float>, _ paddedSize: Int, panels count: Int, keys keyTime: Int) {
    let block = AttentionPanel.width * Attention.keyBlock
    self.paddedSize = paddedSize
    scores = floats
    slopes = scores + block
    rows = slopes + block
    panels = rows + AttentionPanel.width * max(paddedSize, Attention.keyBlock)
    keyGradients = panels + count * BackwardPanel.size(paddedSize)
    valueGradients = keyGradients + keyTime * paddedSize
    keys = valueGradients + keyTime * paddedSize
  }

  static func size(_ paddedSize: Int, panels: Int, keys: Int) -> Int {
    AttentionPanel.width * (2 * Attention.keyBlock + max(paddedSize, Attention.keyBlock))
      + panels * BackwardPanel.size(paddedSize) + 4 * keys * paddedSize
  }

  func panel(_ index: Int) -> BackwardPanel {
    BackwardPanel(panels + index * BackwardPanel.size(paddedSize), paddedSize)
  }
}
