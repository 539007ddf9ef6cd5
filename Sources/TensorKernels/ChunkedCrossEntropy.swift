import KernelInterface

// Softmax over classes that come in chunks. Each lane has a maximum and a sum of its own, so that nothing crosses lanes
// before the last chunk is over (Milakov and Gimelshein, "Online normalizer calculation for softmax", 2018, lane by
// lane).

extension VectorKernels {
  public func continueSoftmax(_ chunk: LogitsChunk, statistics: SoftmaxStatistics) {
    for r in 0..<chunk.rows {
      let row = chunk.logits + r * chunk.stride
      // Not minus infinity: a lane of logits -infinity must give the sum 0, not NaN.
      var maxima = Vector(repeating: -.greatestFiniteMagnitude)
      var sums = Vector.zero
      if chunk.firstClass > 0 {
        maxima = read(statistics.laneMaxima(r))
        sums = read(statistics.laneSums(r))
      }
      var column = 0
      while column < chunk.columns {
        let (part, count) = (row + column, min(LogitsChunk.granularity, chunk.columns &- column))
        var greatest = maxima
        forEachVector(count) { greatest = greatest.maximum(part.vector($0, padding: -.infinity)) }
        sums = sums * expOfNonPositive(maxima - greatest)
        forEachVector(count) { sums += expOfNonPositive(part.vector($0, padding: -.infinity) - greatest) }
        maxima = greatest
        column &+= count
      }
      write(maxima, to: statistics.laneMaxima(r))
      write(sums, to: statistics.laneSums(r))
      let label = Int(chunk.labels[r]) &- chunk.firstClass
      if label >= 0 && label < chunk.columns { statistics.labelLogit(r).pointee = row[label] }
    }
  }

  public func crossEntropyOfStatistics(
    _ statistics: SoftmaxStatistics, into losses: UnsafeMutablePointer<Float>, rows: Int
  ) {
    // The sums of 16 rows wait for one logarithm.
    forEachVector(rows) { lanes in
      var sums = Vector(repeating: 1)
      var gaps = Vector.zero
      for lane in 0..<lanes.count {
        let r = lanes.first &+ lane
        let maxima = read(statistics.laneMaxima(r))
        let maximum = maxima.laneMaximum
        let sum = (read(statistics.laneSums(r)) * expOfNonPositive(maxima - maximum)).laneSum
        statistics.maximum(r).pointee = maximum
        statistics.sum(r).pointee = sum
        sums[lane] = sum
        gaps[lane] = statistics.labelLogit(r).pointee - maximum
      }
      losses.store(log(sums) - gaps, lanes)
    }
  }

  public func crossEntropyOfChunkBackward(
    _ chunk: LogitsChunk, statistics: SoftmaxStatistics, scale: Float, into dx: UnsafeMutablePointer<Float>
  ) {
    for r in 0..<chunk.rows {
      let (row, dx) = (chunk.logits + r * chunk.stride, dx + r * chunk.stride)
      let maximum = Vector(repeating: statistics.maximum(r).pointee)
      let factor = Vector(repeating: scale / statistics.sum(r).pointee)
      forEachVector(chunk.columns) { dx.store(expOfNonPositive(row.vector($0) - maximum) * factor, $0) }
      let label = Int(chunk.labels[r]) &- chunk.firstClass
      if label >= 0 && label < chunk.columns { dx[label] -= scale }
    }
  }
}
