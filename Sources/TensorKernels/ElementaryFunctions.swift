import KernelInterface

// Every function here is made of additions, multiplications, fused multiply-adds, divisions, comparisons and integer
// arithmetic: operations that IEEE 754 defines to the last bit. So its results are the same on every machine. The coefficients are
// minimax fits (Remez exchange in 40 digits), rounded one by one to Float from the lowest degree up, the rest fitted again.

extension VectorKernels {
  public func evaluate(
    _ function: ElementaryFunction, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    switch function {
    case .exp: forEachVector(count) { y.store(exp(x.vector($0)), $0) }
    case .log: forEachVector(count) { y.store(log(x.vector($0)), $0) }
    case .tanh: forEachVector(count) { y.store(tanh(x.vector($0)), $0) }
    case .erf: forEachVector(count) { y.store(erf(x.vector($0)), $0) }
    case .sigmoid: forEachVector(count) { y.store(sigmoid(x.vector($0)), $0) }
    case .sin: forEachVector(count) { y.store(sin(x.vector($0)), $0) }
    case .cos: forEachVector(count) { y.store(cos(x.vector($0)), $0) }
    case .squareRoot: forEachVector(count) { y.store(x.vector($0).squareRoot(), $0) }
    }
  }
}

/// c[0] + c[1] x + c[2] x^2 + ... by Horner's rule, fused.
@inline(__always)
func polynomial(_ x: Vector, _ c0: Float, _ c1: Float, _ c2: Float, _ c3: Float, _ c4: Float) -> Vector {
  var sum = Vector(repeating: c4)
  sum = Vector(repeating: c3).adding(sum, times: x)
  sum = Vector(repeating: c2).adding(sum, times: x)
  sum = Vector(repeating: c1).adding(sum, times: x)
  return Vector(repeating: c0).adding(sum, times: x)
}

// MARK: - Exponentials
//
// e^x = 2^n e^r with n whole and |r| <= log(2) / 2. Then e^r = 1 + r + r^2 q(r), q within 2^-28, and 2^n is made of bits.
// The 1 is added by the fused multiply-add that brings in 2^n, so that it costs no rounding of its own.

/// x / log 2, rounded to the whole number n; as a Float whose low bits hold n.
@inline(__always)
func wholeLog2(_ x: Vector, times factor: Float = 1) -> Vector {
  Vector(repeating: roundingShift).adding(x, times: Vector(repeating: 1.442_695_04 * factor))
}

/// Adding 1.5 * 2^23 rounds to a whole number.
@inline(__always)
var roundingShift: Float { 12_582_912 }

/// x - n log(2) factor; log 2 is in two parts, and n times the first is exact.
@inline(__always)
func subtractingLog2(_ x: Vector, times n: Vector, factor: Float = 1) -> Vector {
  x.adding(n, times: Vector(repeating: -0.693_145_75 * factor))
    .adding(n, times: Vector(repeating: -1.428_606_8e-6 * factor))
}

/// (e^(s r) - 1) / s for |s r| <= log(2) / 2, where s is a power of two, or minus one.
@inline(__always)
func exponentialMinusOne(_ r: Vector, scale s: Float = 1) -> Vector {
  let q = polynomial(
    r, 0.499_999_94 * s, 0.166_665_15 * s * s, 0.041_668_084 * s * s * s, 0.008_369_349 * s * s * s * s,
    0.001_384_039_8 * s * s * s * s * s)
  return r.adding(q, times: r * r)
}

/// 2^(n + extra) for the n of `wholeLog2`, if that is in -126 ... 127.
@inline(__always)
func powerOfTwo(_ shifted: Vector, plus extra: UInt32 = 0) -> Vector {
  Vector(bits: (shifted.bits &<< 23) &+ ((127 &+ extra) &<< 23))
}

/// e^x: infinity above 88.73, denormal below -87.34, zero below -103.98.
@inline(__always)
func exp(_ x: Vector) -> Vector {
  let x = x.minimum(Vector(repeating: 89)).maximum(Vector(repeating: -105))
  let shifted = wholeLog2(x)
  let p = exponentialMinusOne(subtractingLog2(x, times: shifted - roundingShift))
  // 2^n itself need not be a Float: half of n first, then the rest.
  let half = (shifted.bits &>> 1) &<< 23
  let first = Vector(bits: half &+ one)
  let second = Vector(bits: (shifted.bits &<< 23) &- half &+ one)
  return first.adding(p, times: first) * second
}

/// The bits of 1.
@inline(__always)
private var one: UInt32 { 127 &<< 23 }

/// e^x for x <= 0, with fewer operations. 2^(n + 24) is a Float for every n that does not give zero.
@inline(__always)
func expOfNonPositive(_ x: Vector) -> Vector {
  let x = x.maximum(Vector(repeating: -104))
  let shifted = wholeLog2(x)
  let p = exponentialMinusOne(subtractingLog2(x, times: shifted - roundingShift))
  let power = powerOfTwo(shifted, plus: 24)
  return power.adding(p, times: power) * 0x1p-24
}

/// The natural logarithm.
///
/// x = 2^e (1 + f) with 1 + f in sqrt(1/2) ..< sqrt 2; log(1 + f) = f - f^2 / 2 + f^3 p(f), p within 2^-29.
@inline(__always)
func log(_ x: Vector) -> Vector {
  let isSmall = x .< Float.leastNormalMagnitude
  let normal = x.replacing(with: x * 8_388_608, where: isSmall)
  let sqrtHalf: UInt32 = 0x3F35_04F3
  // Subtracting the bits of sqrt(1/2) puts the border between exponents there.
  let offset = normal.bits &- sqrtHalf
  let exponent = unsafeBitCast(offset, to: SIMD16<Int32>.self) &>> 23
  let e = Vector(converting: exponent).replacing(
    with: Vector(converting: exponent &- 23), where: isSmall)
  let f = Vector(bits: (offset & 0x007F_FFFF) &+ sqrtHalf) - 1
  let high = polynomial(f, 0.142_095_58, -0.125_496_13, 0.121_089_935, -0.109_185_89, 0.053_423_926)
  var p = Vector(repeating: -0.166_593_67).adding(high, times: f)
  p = Vector(repeating: 0.200_022_24).adding(p, times: f)
  p = Vector(repeating: -0.250_001_67).adding(p, times: f)
  p = Vector(repeating: 0.333_333_13).adding(p, times: f)
  let square = f * f
  var low = (p * f) * square
  low = low.adding(e, times: Vector(repeating: -2.121_944_4e-4))
  low = low.adding(square, times: Vector(repeating: -0.5))
  var y = (f + low).adding(e, times: Vector(repeating: 0.693_359_375))
  y = y.replacing(with: Vector(repeating: .infinity), where: x .== Float.infinity)
  y = y.replacing(with: Vector(repeating: -.infinity), where: x .== 0)
  y = y.replacing(with: Vector(repeating: .nan), where: x .< 0)
  return y.replacing(with: x, where: x .!= x)
}

/// log(1 + x) for x >= 0: the logarithm of the rounded sum, corrected by what rounding lost.
@inline(__always)
func logOnePlus(_ x: Vector) -> Vector {
  let sum = x + 1
  return log(sum) + (x - (sum - 1)) / sum
}

/// With E = (e^2|x| - 1) / 2, E / (E + 1). Below 0.28, where rounding E + 1 shows, E - E E / (E + 1).
///
/// Small x keep their precision, as n = 0 and E is a polynomial that begins with |x|.
@inline(__always)
func tanh(_ x: Vector) -> Vector {
  let t = x.magnitude.minimum(Vector(repeating: 10))
  let shifted = wholeLog2(t, times: 2)
  let p = exponentialMinusOne(subtractingLog2(t, times: shifted - roundingShift, factor: 0.5), scale: 2)
  let power = powerOfTwo(shifted)
  let e = Vector(repeating: -0.5).adding(power, times: Vector(repeating: 0.5)).adding(p, times: power)
  let quotient = e / (e + 1)
  return quotient.replacing(with: e.adding(e.negated, times: quotient), where: t .< 0.28).withSign(of: x)
}

/// 1 / (1 + e^-x), above and below multiplied by c = 2^-40, so that nothing overflows before the result is zero.
///
/// c + c e^-x is c + c 2^n and c 2^n (e^-r - 1); what the first sum loses to rounding joins the second.
@inline(__always)
func sigmoid(_ x: Vector) -> Vector {
  let c: Float = 0x1p-40
  let x = x.minimum(Vector(repeating: 59)).maximum(Vector(repeating: -115))
  let shifted = wholeLog2(x, times: -1)
  let p = exponentialMinusOne(subtractingLog2(x, times: shifted - roundingShift, factor: -1), scale: -1)
  let power = powerOfTwo(shifted, plus: 0 &- 40)
  let sum = power + c
  let lost = Vector(repeating: c) - (sum - power)
  return Vector(repeating: c) / (sum + lost.adding(p.negated, times: power))
}

/// The error function: below 0.92, x + x p(x^2) with p within 2^-30; above, 1 - e^(-|x| q(|x|)) with q within 2^-32.
@inline(__always)
func erf(_ x: Vector) -> Vector {
  let square = x * x
  let p = polynomial(square, 0.112_836_26, -0.026_855_731, 0.005_192_405, -8.049_77e-4, 7.996_65e-5)
  let small = x.adding(
    Vector(repeating: 0.128_379_17).adding(
      Vector(repeating: -0.376_126_3).adding(p, times: square), times: square), times: x)
  let t = x.magnitude.minimum(Vector(repeating: 4))
  let high = polynomial(t, -0.022_674_099, 0.002_930_174_6, -4.960_268_4e-5, -4.557_845e-5, 4.938_375_7e-6)
  var q = Vector(repeating: 0.105_262_59).adding(high, times: t)
  q = Vector(repeating: 0.635_625_36).adding(q, times: t)
  q = Vector(repeating: 1.128_551_7).adding(q, times: t)
  let large = Vector(repeating: 1) - expOfNonPositive((q * t).negated)
  return large.replacing(with: small.magnitude, where: x.magnitude .< 0.92).withSign(of: x)
}
