import KernelInterface

func probeEmbedding(_ kernels: any Kernels, _ digest: inout Digest) {
  let (rows, count, width) = (13, 29, 37)
  let table = made(100, rows * width)
  let ids = (0..<count).map { Int32($0 * 5 % 11) }
  let order = (0..<count).sorted { (ids[$0], $0) < (ids[$1], $1) }.map { Int32($0) }
  var gathered = [Float](repeating: 0, count: count * width)
  kernels.gatherRows(table, ids: ids, into: &gathered, count: count, width: width)
  digest.add(gathered)
  for accumulates in [false, true] {
    var sums = table
    sums.withUnsafeMutableBufferPointer { sums in
      gathered.withUnsafeBufferPointer { gathered in
        ids.withUnsafeBufferPointer { ids in
          order.withUnsafeBufferPointer { order in
            let scatter = RowScatter(
              table: sums.baseAddress!, tableRows: rows, rows: gathered.baseAddress!, width: width,
              ids: ids.baseAddress!, order: order.baseAddress!, count: count, accumulates: accumulates)
            kernels.scatterAddRows(scatter, columns: 0..<width)
          }
        }
      }
    }
    digest.add(sums)
  }
  probeChunkedCrossEntropy(kernels, &digest)
}

private func probeChunkedCrossEntropy(_ kernels: any Kernels, _ digest: inout Digest) {
  let (rows, classes) = (19, 700)
  let labels = (0..<rows).map { Int32($0 * 37 % classes) }
  let known = UnsafeMutablePointer<Float>.allocate(capacity: rows * SoftmaxStatistics.width)
  defer { known.deallocate() }
  var logits = made(101, rows * classes, scale: 9)
  var losses = [Float](repeating: 0, count: rows)
  labels.withUnsafeBufferPointer { labels in
    logits.withUnsafeMutableBufferPointer { logits in
      let chunks = [0..<512, 512..<classes].map {
        LogitsChunk(
          logits: logits.baseAddress! + $0.lowerBound, stride: classes, rows: rows, columns: $0.count,
          firstClass: $0.lowerBound, labels: labels.baseAddress!)
      }
      for chunk in chunks { kernels.continueSoftmax(chunk, statistics: SoftmaxStatistics(known)) }
      kernels.crossEntropyOfStatistics(SoftmaxStatistics(known), into: &losses, rows: rows)
      for chunk in chunks {
        kernels.crossEntropyOfChunkBackward(
          chunk, statistics: SoftmaxStatistics(known), scale: 0.3, into: logits.baseAddress! + chunk.firstClass)
      }
    }
  }
  digest.add(losses)
  digest.add(logits)
}
