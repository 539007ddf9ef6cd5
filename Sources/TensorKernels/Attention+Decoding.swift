import KernelInterface

// A single query, as in generating text: no panel to fill, so keys are the lanes of the scores and elements those of the
// output. Blocked keys lie just so. Every chain is the one that the query would have as a lane of a panel: same bits.

/// Query i of a head with blocked keys. The memory of a panel is more than enough.
func attendAlone(
  _ head: AttentionHead, _ i: Int, _ scale: Float, into output: UnsafeMutablePointer<Float>,
  _ logSum: UnsafeMutablePointer<Float>?, _ memory: UnsafeMutablePointer<Float>
) {
  let size = head.paddedSize
  let (query, sums, factors) = (memory, memory + size, memory + 2 * size)
  let scores = memory + 3 * size
  copyRows(head.query + i * head.queryStride, 0, count: 1, head.size, times: scale, into: query, 0)
  fillRow(sums, size, with: 0)
  var (maximum, total) = (-Float.infinity, Float(0))
  let seen = head.keysSeen(byQuery: i)
  var key = 0
  while key < seen {
    let keys = min(Attention.keyBlock, seen - key)
    head.scoreAlone(i, query, key, keys, scores)
    let old = maximum
    forEachVector(AttentionHead.padded(keys)) {
      maximum = max(maximum, Vector(repeating: -.infinity).maximum(scores.vector($0)).laneMaximum)
    }
    let shift = finiteShift(Vector(repeating: maximum))
    forEachVector(AttentionHead.padded(keys)) { scores.store(exponential(scores.vector($0) - shift), $0) }
    var sum: Float = 0
    for j in 0..<keys { sum += scores[j] }
    let factor = exponential(Vector(repeating: old) - shift)
    total = sum.addingProduct(total, factor[0])
    fillRow(factors, size, with: factor[0])
    addProducts(
      rows: 1, columns: size, steps: keys, (UnsafePointer(scores), 0, 1),
      (UnsafeMutablePointer(mutating: head.value + key * head.valueStride), head.valueStride), to: (sums, size),
      from: .oldTimes(factors))
    key += Attention.keyBlock
  }
  let inverse = inverseTotal(Vector(repeating: total))
  forEachVector(head.size) { output.store(Vector.zero.adding(sums.vector($0), times: inverse), $0) }
  logSum?.pointee = logSumExp(Vector(repeating: maximum), Vector(repeating: total))[0]
}

extension AttentionHead {
  /// The scores of one block of keys, -infinity for keys that query i does not see and up to the end of the last vector.
  fileprivate func scoreAlone(
    _ i: Int, _ query: UnsafePointer<Float>, _ key: Int, _ keys: Int, _ scores: UnsafeMutablePointer<Float>
  ) {
    var start = ProductStart.zero
    if let bias {
      copyRows(bias + i * biasStride + key, 0, count: 1, keys, into: scores, 0)
      start = .old
    }
    let (block, columns) = (keyScalars(key).start, AttentionHead.padded(keys))
    addProducts(
      rows: 1, columns: columns, steps: size, (query, 0, 1), (UnsafeMutablePointer(mutating: block), keyStep),
      to: (scores, columns), from: start)
    for j in keys..<columns { scores[j] = -.infinity }
    guard let mask else { return }
    for j in 0..<keys where mask[key + j] == 0 { scores[j] = -.infinity }
  }
}
