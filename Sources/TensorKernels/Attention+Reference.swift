import Glibc
import KernelInterface

// Attention as the textbook has it: all scores of a query, their softmax, the mean of the values under it; and the same
// backwards. In Float64, one query at a time.

extension ReferenceKernels {
  public func attentionWorkspaceSize(_ attention: Attention) -> Int { attention.keyTime * MemoryLayout<Double>.stride }

  public func attentionBackwardWorkspaceSize(_ attention: Attention) -> Int {
    (attention.keyTime + 2 * attention.keyTime * attention.headSize + attention.headSize) * MemoryLayout<Double>.stride
  }

  public func attention(
    _ attention: Attention, batch: Int, head: Int, queries: Range<Int>, into output: UnsafeMutablePointer<Float>,
    logSumExp: UnsafeMutablePointer<Float>?, workspace: UnsafeMutableRawPointer
  ) {
    let p = workspace.assumingMemoryBound(to: Double.self)
    for i in queries {
      let logSum = attention.scores(batch, head, i, into: p)
      let o = output + attention.outputLayout.offset(batch: batch, head: head, time: i)
      for d in 0..<attention.headSize {
        var sum = 0.0
        for j in 0..<attention.keyTime where p[j] > -.infinity || p[j].isNaN {
          sum += exp(p[j] - logSum) * Double(attention.value(batch, head, j)[d])
        }
        o[d] = Float(sum)
      }
      logSumExp?[(batch * attention.heads + head) * attention.queryTime + i] = Float(logSum)
    }
  }

  public func attentionBackward(
    _ attention: Attention, _ gradients: AttentionGradients, batch: Int, keyValueHead: Int, queries: Range<Int>,
    keys: Range<Int>, workspace: UnsafeMutableRawPointer
  ) {
    let size = attention.headSize
    let p = workspace.assumingMemoryBound(to: Double.self)
    let dk = p + attention.keyTime
    let dv = dk + attention.keyTime * size
    let dq = dv + attention.keyTime * size
    dk.update(repeating: 0, count: 2 * attention.keyTime * size)
    let group = attention.heads / attention.keyValueHeads
    for head in keyValueHead * group..<(keyValueHead + 1) * group {
      for i in queries {
        let place = attention.outputLayout.offset(batch: batch, head: head, time: i)
        let (o, dy) = (gradients.output + place, gradients.outputGradient + place)
        let q = attention.query + attention.queryLayout.offset(batch: batch, head: head, time: i)
        let logSum = attention.scores(batch, head, i, into: p)
        var dot = 0.0
        for d in 0..<size { dot += Double(o[d]) * Double(dy[d]) }
        dq.update(repeating: 0, count: size)
        for j in keys where p[j] > -.infinity || p[j].isNaN {
          let (k, v) = (attention.key(batch, head, j), attention.value(batch, head, j))
          let probability = exp(p[j] - logSum)
          var dp = 0.0
          for d in 0..<size { dp += Double(dy[d]) * Double(v[d]) }
          let ds = probability * (dp - dot)
          for d in 0..<size {
            dv[j * size + d] += probability * Double(dy[d])
            dk[j * size + d] += ds * Double(attention.scale) * Double(q[d])
            dq[d] += ds * Double(attention.scale) * Double(k[d])
          }
          gradients.bias?[(head * attention.queryTime + i) * attention.keyTime + j] += Float(ds)
        }
        gradients.query.map {
          put(
            dq, size, to: $0 + attention.queryLayout.offset(batch: batch, head: head, time: i),
            gradients.accumulatesQuery)
        }
      }
    }
    guard let key = gradients.key, let value = gradients.value else { return }
    for j in keys {
      let accumulates = gradients.accumulatesKeyValue
      put(
        dk + j * size, size, to: key + attention.keyLayout.offset(batch: batch, head: keyValueHead, time: j),
        accumulates)
      put(
        dv + j * size, size, to: value + attention.valueLayout.offset(batch: batch, head: keyValueHead, time: j),
        accumulates)
    }
  }
}

private func put(_ x: UnsafePointer<Double>, _ count: Int, to y: UnsafeMutablePointer<Float>, _ accumulates: Bool) {
  for d in 0..<count { y[d] = accumulates ? y[d] + Float(x[d]) : Float(x[d]) }
}

extension Attention {
  /// The vector of key j that `head` sees. Not for blocked keys.
  fileprivate func key(_ batch: Int, _ head: Int, _ j: Int) -> UnsafePointer<Float> {
    key + keyLayout.offset(batch: batch, head: head / (heads / keyValueHeads), time: j)
  }

  fileprivate func value(_ batch: Int, _ head: Int, _ j: Int) -> UnsafePointer<Float> {
    value + valueLayout.offset(batch: batch, head: head / (heads / keyValueHeads), time: j)
  }

  /// Element d of key j, however keys lie.
  private func keyElement(_ batch: Int, _ head: Int, _ j: Int, _ d: Int) -> Double {
    guard keysAreBlocked else { return Double(key(batch, head, j)[d]) }
    let place = j % Attention.keyBlock
    return Double(key(batch, head, j - place)[d * Attention.keyBlock + place])
  }

  /// All scores of query i, -infinity for keys that it does not see; returns the logarithm of the sum of their exponentials,
  /// +infinity where there is none.
  fileprivate func scores(_ batch: Int, _ head: Int, _ i: Int, into s: UnsafeMutablePointer<Double>) -> Double {
    let q = query + queryLayout.offset(batch: batch, head: head, time: i)
    let seen = keysSeen(byQuery: i, batch: batch)
    for j in 0..<keyTime {
      s[j] = -.infinity
      guard j < seen, keyMask.map({ $0[batch * keyTime + j] != 0 }) ?? true else { continue }
      var dot = 0.0
      for d in 0..<headSize { dot += Double(q[d]) * keyElement(batch, head, j, d) }
      s[j] = Double(scale) * dot + Double(bias?[(head * queryTime + i) * keyTime + j] ?? 0)
    }
    var maximum = -Double.infinity
    for j in 0..<keyTime where s[j] > maximum { maximum = s[j] }
    var sum = 0.0
    for j in 0..<keyTime { sum += exp(s[j] - (maximum == -.infinity ? 0 : maximum)) }
    return sum == 0 ? .infinity : (maximum == -.infinity ? 0 : maximum) + log(sum)
  }
}
