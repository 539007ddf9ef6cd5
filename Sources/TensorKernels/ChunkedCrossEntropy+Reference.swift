import Glibc
import KernelInterface

// The same statistics, but in the first lane alone: its maximum is the row's, its sum the row's sum.

extension ReferenceKernels {
  public func continueSoftmax(_ chunk: LogitsChunk, statistics: SoftmaxStatistics) {
    for r in 0..<chunk.rows {
      let row = chunk.logits + r * chunk.stride
      let (maximum, sum) = (statistics.laneMaxima(r), statistics.laneSums(r))
      if chunk.firstClass == 0 { (maximum[0], sum[0]) = (-.greatestFiniteMagnitude, 0) }
      for c in 0..<chunk.columns where row[c] > maximum[0] {
        sum[0] *= Float(exp(Double(maximum[0]) - Double(row[c])))
        maximum[0] = row[c]
      }
      var total = Double(sum[0])
      for c in 0..<chunk.columns { total += exp(Double(row[c]) - Double(maximum[0])) }
      sum[0] = Float(total)
      let label = Int(chunk.labels[r]) - chunk.firstClass
      if (0..<chunk.columns).contains(label) { statistics.labelLogit(r).pointee = row[label] }
    }
  }

  public func crossEntropyOfStatistics(
    _ statistics: SoftmaxStatistics, into losses: UnsafeMutablePointer<Float>, rows: Int
  ) {
    for r in 0..<rows {
      let (maximum, sum) = (statistics.laneMaxima(r)[0], statistics.laneSums(r)[0])
      statistics.maximum(r).pointee = maximum
      statistics.sum(r).pointee = sum
      losses[r] = Float(log(Double(sum)) + Double(maximum) - Double(statistics.labelLogit(r).pointee))
    }
  }

  public func crossEntropyOfChunkBackward(
    _ chunk: LogitsChunk, statistics: SoftmaxStatistics, scale: Float, into dx: UnsafeMutablePointer<Float>
  ) {
    for r in 0..<chunk.rows {
      let (maximum, sum) = (Double(statistics.maximum(r).pointee), Double(statistics.sum(r).pointee))
      for c in 0..<chunk.columns {
        let probability = exp(Double(chunk.logits[r * chunk.stride + c]) - maximum) / sum
        let target: Double = c + chunk.firstClass == Int(chunk.labels[r]) ? 1 : 0
        dx[r * chunk.stride + c] = Float(Double(scale) * (probability - target))
      }
    }
  }
}
