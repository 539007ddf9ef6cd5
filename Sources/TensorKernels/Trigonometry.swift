// An angle is brought to a quarter turn k and a rest r within an eighth of a turn: x = k pi/2 + r. The sine and the
// cosine of r are polynomials, and k says which of the two is wanted, with which sign.

@inline(__always)
func sin(_ x: Vector) -> Vector {
  // Adding zeros would turn -0 to 0.
  sine(x, quartersAhead: 0).replacing(with: x, where: x .== 0)
}

@inline(__always)
func cos(_ x: Vector) -> Vector { sine(x, quartersAhead: 1) }

/// sin(x + quartersAhead pi/2)
///
/// sin r = r + r^3 p(r^2) with p within 2^-27.9; cos r = 1 - r^2 / 2 + r^4 q(r^2) with q within 2^-32.8.
@inline(__always)
private func sine(_ x: Vector, quartersAhead: UInt32) -> Vector {
  var angle = reduceByConstants(x)
  if hasLarge(x) { angle = reduceLarge(x, others: angle) }
  let (r, square) = (angle.rest, angle.rest * angle.rest)

  var p = Vector(repeating: -1.951_683_1e-4)
  p = Vector(repeating: 0.008_332_183).adding(p, times: square)
  p = Vector(repeating: -0.166_666_55).adding(p, times: square)
  let sine = r + angle.low.adding(p * square, times: r)

  var q = Vector(repeating: 2.443_120_1e-5)
  q = Vector(repeating: -0.001_388_730_4).adding(q, times: square)
  q = Vector(repeating: 0.041_666_646).adding(q, times: square)
  q = Vector(repeating: -0.5).adding(q, times: square)
  let cosine = Vector(repeating: 1).adding(q, times: square)

  let quarter = angle.quarter &+ quartersAhead
  // All ones where the quarter is odd.
  let odd = SIMD16<UInt32>(repeating: 0) &- (quarter & 1)
  let chosen = sine.bits ^ ((sine.bits ^ cosine.bits) & odd)
  let y = Vector(bits: chosen ^ ((quarter & 2) &<< 30))
  return y.replacing(with: .nan, where: x.magnitude .== Float.infinity)
}

/// An angle as quarter turns, of which the lowest two bits count, and a rest: the sum of `rest` and `low`.
private struct ReducedAngle {
  var quarter: SIMD16<UInt32>
  var rest: Vector
  var low: Vector
}

/// Up to here three parts of pi/2 are enough.
private let largestMedium: Float = 65_536

/// x - k pi/2 with pi/2 in three parts of 24 bits (Cody and Waite).
///
/// Taking away the first part is exact, the second rounds once, the third is so small that it is kept apart.
@inline(__always)
private func reduceByConstants(_ x: Vector) -> ReducedAngle {
  // Adding 1.5 * 2^23 rounds to a whole number, which then stands in the low bits.
  let shift: Float = 12_582_912
  let shifted = Vector(repeating: shift).adding(x, times: Vector(repeating: 0.636_619_75))
  let n = shifted - shift
  let rest = x.adding(n, times: Vector(repeating: -1.570_796_4)).adding(n, times: Vector(repeating: 4.371_139e-8))
  return ReducedAngle(quarter: shifted.bits, rest: rest, low: n * 1.715_124_5e-15)
}

@inline(__always)
private func hasLarge(_ x: Vector) -> Bool {
  let mask = unsafeBitCast(x.magnitude .> largestMedium, to: SIMD16<UInt32>.self)
  let eight = mask.lowHalf | mask.highHalf
  let four = eight.lowHalf | eight.highHalf
  let two = four.lowHalf | four.highHalf
  return two.x | two.y != 0
}

/// The large lanes reduced one by one, the others as they are.
@inline(never)
private func reduceLarge(_ x: Vector, others: ReducedAngle) -> ReducedAngle {
  var angle = others
  for lane in 0..<Vector.scalarCount where x[lane].magnitude > largestMedium {
    let (quarter, rest) = reduceLarge(x[lane])
    angle.quarter[lane] = quarter
    angle.rest[lane] = Float(rest)
    angle.low[lane] = Float(rest - Double(Float(rest)))
  }
  return angle
}

/// Payne and Hanek's reduction: of the product of |x| = m 2^e and 2/pi only the bits below 4 matter, and for those a window
/// of 96 bits of 2/pi is enough, as no Float lies nearer than 2^-31 to a multiple of pi/2.
@inline(__always)
private func reduceLarge(_ x: Float) -> (quarter: UInt32, rest: Double) {
  let bits = x.magnitude.bitPattern
  let m = UInt64(bits & 0x007F_FFFF | 0x0080_0000)
  // The window begins with the bit of weight 2^(1 - e); e is at least -7.
  let first = Int(bits >> 23) - 150 - 2 + 32
  let (word, offset) = (first >> 5, UInt64(first & 31))
  let high = twoOverPi(word) << 32 | twoOverPi(word + 1)
  let low = twoOverPi(word + 2) << 32 | twoOverPi(word + 3)
  let window = high << offset | (low >> 1) >> (63 - offset)
  let behind = (low << offset) >> 32
  // Quarter turns modulo 4, times 2^62.
  let product = m &* window &+ (m &* behind) >> 32
  let quarter = (product &+ 1 << 61) >> 62
  let rest = Double(Int64(bitPattern: product &- quarter << 62)) * 0x1.921fb54442d18p-62
  let quarterOfFour = UInt32(truncatingIfNeeded: quarter)
  return x < 0 ? (0 &- quarterOfFour, -rest) : (quarterOfFour, rest)
}

/// 32 bits of 2/pi, after a word of zeros.
@inline(__always)
private func twoOverPi(_ word: Int) -> UInt64 {
  switch word {
  case 1: 0xa2f9_836e
  case 2: 0x4e44_1529
  case 3: 0xfc27_57d1
  case 4: 0xf534_ddc0
  case 5: 0xdb62_9599
  case 6: 0x3c43_9041
  case 7: 0xfe51_63ab
  default: 0
  }
}
