import KernelInterface

extension AttentionHead {
  /// Makes the scores -infinity where the query of the lane does not see the key of the row.
  ///
  /// - Parameter scores: S^T, [keys, AttentionPanel.width].
  func mask(
    _ scores: UnsafeMutablePointer<Float>, firstKey: Int, keys: Int, firstQuery: Int, lanes: Int
  ) {
    // Lane i sees keys up to firstQuery + i + diagonal, so key j is hidden from the lanes below j - firstQuery - diagonal.
    var j = max(0, firstQuery + diagonal + 1 - firstKey)
    while j < keys {
      let hidden = firstKey + j - firstQuery - diagonal
      var lane = 0
      while lane < lanes {
        let place = scores + j &* AttentionPanel.width + lane
        write(
          read(place).replacing(with: -.infinity, where: laneNumbers .< SIMD16<Int32>(repeating: Int32(hidden - lane))),
          to: place)
        lane += Vector.scalarCount
      }
      j += 1
    }
    guard let mask else { return }
    for j in 0..<keys where mask[firstKey + j] == 0 {
      fillRow(scores + j &* AttentionPanel.width, lanes, with: -.infinity)
    }
  }
}

/// One step of online softmax for the queries of 16 lanes: scores become exp(score - greatest so far).
///
/// - Parameters:
///   - scores: S^T, rows of `AttentionPanel.width`.
///   - maxima, totals: the greatest score and the sum of exponentials, before and after.
///   - factors: what everything summed up so far has to be multiplied by, as the maximum has risen.
@inline(__always)
func takeBlock(
  _ scores: UnsafeMutablePointer<Float>, keys: Int, maxima: UnsafeMutablePointer<Float>,
  totals: UnsafeMutablePointer<Float>, factors: UnsafeMutablePointer<Float>
) {
  let width = AttentionPanel.width
  let old = read(maxima)
  var (even, odd) = (old, old)
  var j = 0
  while j &+ 1 < keys {
    even = even.maximum(read(scores + j &* width))
    odd = odd.maximum(read(scores + (j &+ 1) &* width))
    j &+= 2
  }
  if j < keys { even = even.maximum(read(scores + j &* width)) }
  let maximum = even.maximum(odd)
  let shift = finiteShift(maximum)
  var sum = Vector.zero
  for j in 0..<keys {
    let e = exponential(read(scores + j &* width) - shift)
    write(e, to: scores + j &* width)
    sum += e
  }
  let factor = exponential(old - shift)
  write(maximum, to: maxima)
  write(sum.adding(read(totals), times: factor), to: totals)
  write(factor, to: factors)
}

/// A maximum as it may be subtracted: 0 where all scores are -infinity, so that their exponentials are 0, not NaN.
@inline(__always)
func finiteShift(_ maximum: Vector) -> Vector { maximum.replacing(with: 0, where: maximum .== -Float.infinity) }

/// 1 / total; 0 where nothing was summed, as no key is seen.
@inline(__always)
func inverseTotal(_ total: Vector) -> Vector {
  (Vector(repeating: 1) / total).replacing(with: 0, where: total .== 0)
}

/// maximum + log(total), +infinity where nothing was summed.
@inline(__always)
func logSumExp(_ maximum: Vector, _ total: Vector) -> Vector {
  (finiteShift(maximum) + log(total)).replacing(with: .infinity, where: total .== 0)
}

/// e^x for x <= 0 (or just above), within 2 units in the last place; zero below -87.68, where e^x is about 2^-126.5.
///
/// As `exp`, with less to take care of: 2^n is a Float for every n from -126, and n = -127 makes its bits those of zero.
@inline(__always)
func exponential(_ x: Vector) -> Vector {
  let x = x.replacing(with: -88, where: x .< -88)
  // Adding 1.5 * 2^23 rounds to a whole number; 127 more, and its low bits are the exponent of 2^n.
  let shift: Float = 12_582_912 + 127
  let shifted = Vector(repeating: shift).adding(x, times: Vector(repeating: 1.442_695_04))
  let n = shifted - shift
  var r = x.adding(n, times: Vector(repeating: -0.693_145_75))
  r = r.adding(n, times: Vector(repeating: -1.428_606_8e-6))
  var q = Vector(repeating: 0.008_369_349).adding(r, times: Vector(repeating: 0.001_384_039_8))
  q = Vector(repeating: 0.041_668_084).adding(q, times: r)
  q = Vector(repeating: 0.166_665_15).adding(q, times: r)
  q = Vector(repeating: 0.499_999_94).adding(q, times: r)
  q = Vector(repeating: 1).adding(q, times: r)
  q = Vector(repeating: 1).adding(q, times: r)
  return q * Vector(bits: shifted.bits &<< 23)
}
