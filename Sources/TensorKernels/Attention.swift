import KernelInterface

// Attention in tiles, after FlashAttention-2 (Dao, "FlashAttention-2: Faster Attention with Better Parallelism and Work
// Partitioning", 2023, algorithm 1) with the online softmax of Milakov and Gimelshein (2018). `Attention+Reference` says
// what is computed; this is how, without ever holding all scores of a query:
//
// 1. Queries are taken in panels of 32, one a lane: Q^T, [headSize, 32].
// 2. Keys are taken in blocks of 64. A block gives scores S^T = K Q^T, [64, 32], which fit the nearest cache.
// 3. Each lane keeps the greatest score m so far, the sum l of exp(score - m), and O^T, the sum of values times
//    exp(score - m). Where a block raises m, the old l and O^T are multiplied by exp(old m - new m).
// 4. After the last block O^T is divided by l and turned back into rows.
//
// A stripe of panels goes over the keys together, so that a block of keys is fetched once for all of them.

extension VectorKernels {
  /// Panels of a stripe.
  private static var stripe: Int { 4 }
  /// As many queries make a copy of the keys and values pay.
  private static var manyQueries: Int { 128 }
  /// Up to as many queries are computed one by one where keys are blocked, with keys as lanes.
  private static var fewQueries: Int { 4 }

  public func attentionWorkspaceSize(_ attention: Attention) -> Int {
    let size = AttentionHead.padded(attention.headSize)
    let copies = attention.queryTime >= Self.manyQueries && !attention.keysAreBlocked ? 2 * attention.keyTime * size : 0
    return (ForwardMemory.size(size, panels: Self.stripe) + copies) * MemoryLayout<Float>.stride
  }

  public func attention(
    _ attention: Attention, batch: Int, head index: Int, queries: Range<Int>, into output: UnsafeMutablePointer<Float>,
    logSumExp: UnsafeMutablePointer<Float>?, workspace: UnsafeMutableRawPointer
  ) {
    var head = AttentionHead(attention, batch: batch, head: index)
    let output = output + attention.outputLayout.offset(batch: batch, head: index, time: 0)
    let outputStride = attention.outputLayout.timeStride
    let logSumExp = logSumExp.map { $0 + (batch * attention.heads + index) * attention.queryTime }
    let floats = workspace.assumingMemoryBound(to: Float.self)
    if attention.keysAreBlocked && queries.count <= Self.fewQueries {
      for i in queries {
        attendAlone(head, i, attention.scale, into: output + i * outputStride, logSumExp.map { $0 + i }, floats)
      }
      return
    }
    let memory = ForwardMemory(floats, head.paddedSize)
    if queries.count >= Self.manyQueries && !attention.keysAreBlocked {
      let seen = head.keysSeen(byQuery: queries.upperBound - 1)
      head.copyKeysAndValues(0..<seen, into: floats + ForwardMemory.size(head.paddedSize, panels: Self.stripe))
    }
    var first = queries.lowerBound
    while first < queries.upperBound {
      let end = min(queries.upperBound, first + Self.stripe * AttentionPanel.width)
      attendStripe(head, first..<end, attention.scale, memory)
      forEachPanel(first..<end) { panel, queries in
        memory.finish(
          panel, queries, head.size, into: output, stride: outputStride, logSumExp: logSumExp)
      }
      first = end
    }
  }
}

/// Calls `body` with the number and the queries of each panel.
@inline(__always)
func forEachPanel(_ queries: Range<Int>, _ body: (_ panel: Int, _ queries: Range<Int>) -> Void) {
  var (panel, first) = (0, queries.lowerBound)
  while first < queries.upperBound {
    let end = min(queries.upperBound, first + AttentionPanel.width)
    body(panel, first..<end)
    (panel, first) = (panel + 1, end)
  }
}

/// Scratch memory: what each panel of a stripe keeps, and what a block of keys needs.
private struct ForwardMemory {
  private let floats: UnsafeMutablePointer<Float>
  private let paddedSize: Int

  init(_ floats: UnsafeMutablePointer<Float>, _ paddedSize: Int) {
    self.floats = floats
    self.paddedSize = paddedSize
  }

  static func size(_ paddedSize: Int, panels: Int) -> Int {
    sharedSize(paddedSize) + panels * panelSize(paddedSize)
  }

  private static func sharedSize(_ paddedSize: Int) -> Int {
    AttentionPanel.width * (Attention.keyBlock + 1 + max(paddedSize, Attention.keyBlock))
  }

  private static func panelSize(_ paddedSize: Int) -> Int { AttentionPanel.width * (2 * paddedSize + 2) }

  /// S^T and then P^T: [keyBlock, width]
  var scores: UnsafeMutablePointer<Float> { floats }
  /// What a block of keys makes of the old sums, one for each lane.
  var factors: UnsafeMutablePointer<Float> { floats + AttentionPanel.width * Attention.keyBlock }
  /// Rows on their way to being columns, or back: [width, paddedSize] or [width, keyBlock]
  var rows: UnsafeMutablePointer<Float> { factors + AttentionPanel.width }

  /// Q^T: [paddedSize, width]
  func queries(_ panel: Int) -> UnsafeMutablePointer<Float> {
    floats + ForwardMemory.sharedSize(paddedSize) + panel * ForwardMemory.panelSize(paddedSize)
  }
  /// O^T: [paddedSize, width]
  func sums(_ panel: Int) -> UnsafeMutablePointer<Float> { queries(panel) + AttentionPanel.width * paddedSize }
  func maxima(_ panel: Int) -> UnsafeMutablePointer<Float> { sums(panel) + AttentionPanel.width * paddedSize }
  func totals(_ panel: Int) -> UnsafeMutablePointer<Float> { maxima(panel) + AttentionPanel.width }

  func begin(_ panel: Int, _ queries: Range<Int>, _ head: AttentionHead, _ scale: Float) {
    let (width, lanes) = (AttentionPanel.width, AttentionPanel.lanes(queries.count))
    copyRows(
      head.query + queries.lowerBound * head.queryStride, head.queryStride, count: queries.count, head.size,
      times: scale, into: rows, paddedSize)
    fillRow(rows + queries.count * paddedSize, (lanes - queries.count) * paddedSize, with: 0)
    transpose(rows, paddedSize, rows: lanes, columns: paddedSize, into: self.queries(panel), width)
    fillRow(sums(panel), paddedSize * width, with: 0)
    fillRow(maxima(panel), width, with: -.infinity)
    fillRow(totals(panel), width, with: 0)
  }

  /// Writes O^T / l as rows, and m + log l.
  func finish(
    _ panel: Int, _ queries: Range<Int>, _ size: Int, into output: UnsafeMutablePointer<Float>, stride: Int,
    logSumExp logSums: UnsafeMutablePointer<Float>?
  ) {
    let (width, lanes) = (AttentionPanel.width, AttentionPanel.lanes(queries.count))
    var lane = 0
    while lane < lanes {
      let total = read(totals(panel) + lane)
      let inverse = inverseTotal(total)
      for d in 0..<size {
        let sum = sums(panel) + d &* width + lane
        // Adding zero makes -0 and 0 one: how many masked keys were added as zeros must not show.
        write(Vector.zero.adding(read(sum), times: inverse), to: sum)
      }
      write(logSumExp(read(maxima(panel) + lane), total), to: totals(panel) + lane)
      lane += Vector.scalarCount
    }
    transpose(sums(panel), width, rows: paddedSize, columns: lanes, into: rows, paddedSize)
    writeRows(
      rows, paddedSize, count: queries.count, size, into: output + queries.lowerBound * stride, stride,
      accumulates: false)
    guard let logSums else { return }
    forEachVector(queries.count) { lanes in
      (logSums + queries.lowerBound).store(totals(panel).vector(lanes), lanes)
    }
  }
}

/// A stripe's queries over all keys that they see.
private func attendStripe(_ head: AttentionHead, _ queries: Range<Int>, _ scale: Float, _ memory: ForwardMemory) {
  forEachPanel(queries) { panel, queries in memory.begin(panel, queries, head, scale) }
  let seen = head.keysSeen(byQuery: queries.upperBound - 1)
  var key = 0
  while key < seen {
    forEachPanel(queries) { panel, queries in
      let keys = min(Attention.keyBlock, head.keysSeen(byQuery: queries.upperBound - 1) - key)
      if keys > 0 { attend(head, panel, queries, key, keys, memory) }
    }
    key += Attention.keyBlock
  }
}

/// A panel of queries and a block of keys.
private func attend(
  _ head: AttentionHead, _ panel: Int, _ queries: Range<Int>, _ key: Int, _ keys: Int, _ memory: ForwardMemory
) {
  let (width, lanes) = (AttentionPanel.width, AttentionPanel.lanes(queries.count))
  let scores: VectorRows = (memory.scores, width)
  let start = head.beginScores(memory.scores, key, keys, queries, memory.rows)
  addProducts(
    rows: keys, columns: lanes, steps: head.size, head.keyScalars(key), (memory.queries(panel), width), to: scores,
    from: start)
  head.mask(memory.scores, firstKey: key, keys: keys, firstQuery: queries.lowerBound, lanes: lanes)
  var lane = 0
  while lane < lanes {
    takeBlock(
      memory.scores + lane, keys: keys, maxima: memory.maxima(panel) + lane, totals: memory.totals(panel) + lane,
      factors: memory.factors + lane)
    lane += Vector.scalarCount
  }
  addProducts(
    rows: head.size, columns: lanes, steps: keys, (head.value + key &* head.valueStride, 1, head.valueStride), scores,
    to: (memory.sums(panel), width), from: .oldTimes(memory.factors))
}

extension AttentionHead {
  /// What the chains of S^T begin at: the bias, turned, or zero.
  func beginScores(
    _ scores: UnsafeMutablePointer<Float>, _ key: Int, _ keys: Int, _ queries: Range<Int>,
    _ rows: UnsafeMutablePointer<Float>
  ) -> ProductStart {
    guard let bias else { return .zero }
    let (block, lanes) = (Attention.keyBlock, AttentionPanel.lanes(queries.count))
    copyRows(
      bias + queries.lowerBound * biasStride + key, biasStride, count: queries.count, keys, into: rows, block)
    fillRow(rows + queries.count * block, (lanes - queries.count) * block, with: 0)
    transpose(
      rows, block, rows: lanes, columns: AttentionHead.padded(keys), into: scores, AttentionPanel.width)
    return .old
  }
}
