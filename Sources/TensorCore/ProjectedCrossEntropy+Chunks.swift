import KernelInterface

/// One way through all chunks of the logits: see `ProjectedCrossEntropy`.
struct ChunkPass {
  let x: Tensor
  let projection: LogitsProjection
  let labels: [Int32]
  /// `SoftmaxStatistics` of each token.
  let statistics: Tensor
  /// Classes of a chunk, a function of the number of tokens.
  private let chunkClasses: Int
  private var backend: Backend { x.backend }
  private var tokens: Int { labels.count }

  init(x: Tensor, projection: LogitsProjection, labels: [Int32], statistics: Tensor? = nil, chunkFloats: Int) {
    self.x = x
    self.projection = projection
    self.labels = labels
    // Nothing to write yet: the first chunk begins the statistics.
    self.statistics = statistics ?? Tensor([labels.count, SoftmaxStatistics.width], on: x.backend) { _ in }
    let unit = LogitsChunk.granularity
    chunkClasses = max(unit, chunkFloats / max(labels.count, 1) / unit * unit)
  }

  private var chunks: [Range<Int>] {
    stride(from: 0, to: projection.classes, by: chunkClasses).map {
      $0..<min($0 + chunkClasses, projection.classes)
    }
  }

  /// Brings the statistics to the last class; returns the logits of the first chunks, as many as fit `keptFloats`.
  func forward(keptFloats: Int) -> [Tensor] {
    var kept: [Tensor] = []
    let buffer = makeBuffer()
    for classes in chunks {
      let mayKeep = (kept.count + 1) * tokens * chunkClasses <= keptFloats
      let logits = mayKeep ? makeBuffer() : buffer
      compute(classes, into: logits)
      if mayKeep { kept.append(logits) }
      forEachPart(of: logits, classes) { chunk, statistics, _ in
        backend.kernels.continueSoftmax(chunk, statistics: statistics)
      }
    }
    return kept
  }

  func losses() -> Tensor {
    Tensor([tokens], on: backend) { losses in
      backend.kernels.crossEntropyOfStatistics(
        SoftmaxStatistics(statistics.storage.base), into: losses.base, rows: tokens)
      withExtendedLifetime(statistics) {}
    }
  }

  /// dlogits = scale * (softmax - one-hot), chunk by chunk, and from it the gradients of W, x and b.
  func backward(
    kept: [Tensor], scale: Float, weightGradient: TensorDestination?
  ) -> (x: Tensor, bias: Tensor?) {
    let buffer = makeBuffer()
    let bias = projection.bias.map { _ in Tensor([projection.classes], on: backend) { _ in } }
    let dx = Tensor([tokens, projection.width], on: backend) { dx in
      for (index, classes) in chunks.enumerated() {
        let logits = index < kept.count ? kept[index] : buffer
        if index >= kept.count { compute(classes, into: logits) }
        forEachPart(of: logits, classes) { chunk, statistics, first in
          backend.kernels.crossEntropyOfChunkBackward(
            chunk, statistics: statistics, scale: scale, into: buffer.storage.base + first * chunk.stride)
        }
        let dlogits = UnsafePointer(buffer.storage.base)
        projection.inputGradient(dlogits, stride: classes.count, classes, into: dx).run(on: backend)
        if let weightGradient {
          projection.weightGradient(dlogits, stride: classes.count, of: x, classes, into: weightGradient)
            .run(on: backend)
        }
        if let bias {
          backend.kernels.columnSums(
            dlogits, rowStride: classes.count, into: bias.storage.base + classes.lowerBound, rows: tokens,
            columns: classes.count,
            accumulates: false)
        }
      }
    }
    withExtendedLifetime((buffer, weightGradient, kept)) {}
    return (dx, bias)
  }

  private func makeBuffer() -> Tensor {
    Tensor([tokens, min(chunkClasses, projection.classes)], on: backend) { _ in }
  }

  private func compute(_ classes: Range<Int>, into logits: Tensor) {
    projection.logits(of: x, classes, into: logits.storage.base, stride: classes.count).run(on: backend)
    withExtendedLifetime((x, projection, logits)) {}
  }

  /// Calls `body` with some tokens' part of a chunk and with their first, over the threads.
  private func forEachPart(
    of logits: Tensor, _ classes: Range<Int>, _ body: (LogitsChunk, SoftmaxStatistics, _ first: Int) -> Void
  ) {
    labels.withUnsafeBufferPointer { labels in
      guard let label = labels.baseAddress else { return }
      let chunk = LogitsChunk(
        logits: logits.base, stride: classes.count, rows: tokens, columns: classes.count,
        firstClass: classes.lowerBound, labels: label)
      backend.forEachRange(ofRows: tokens, columns: classes.count) { rows in
        let first = rows.lowerBound
        body(chunk.rows(rows), SoftmaxStatistics(statistics.storage.base).rows(from: first), first)
      }
    }
    withExtendedLifetime((logits, statistics)) {}
  }
}
