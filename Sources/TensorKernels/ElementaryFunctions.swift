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
    }
  }
}

/// c[0] + c[1] x + c[2] x^2 + ... by Horner's rule, fused.
@inline(__always)
private func polynomial(_ x: Vector, _ c0: Float, _ c1: Float, _ c2: Float, _ c3: Float, _ c4: Float) -> Vector {
  var sum = Vector(repeating: c4)
  sum = Vector(repeating: c3).adding(sum, times: x)
  sum = Vector(repeating: c2).adding(sum, times: x)
  sum = Vector(repeating: c1).adding(sum, times: x)
  return Vector(repeating: c0).adding(sum, times: x)
}

/// e^x: infinity above 88.73, denormal below -87.34, zero below -103.98.
///
/// x = n log 2 + r with |r| <= log(2) / 2; e^r = 1 + r + r^2 q(r), q within 2^-28; then 2^n by two multiplications, as
/// 2^n itself need not be a Float.
@inline(__always)
func exp(_ x: Vector) -> Vector {
  var x = x.replacing(with: 89, where: x .> 89)
  x = x.replacing(with: -105, where: x .< -105)
  // Adding 1.5 * 2^23 rounds to a whole number, which then stands in the low bits.
  let shift: Float = 12_582_912
  let shifted = Vector(repeating: shift).adding(x, times: Vector(repeating: 1.442_695_04))
  let n = shifted - shift
  var r = x.adding(n, times: Vector(repeating: -0.693_145_75))
  r = r.adding(n, times: Vector(repeating: -1.428_606_8e-6))
  let q = polynomial(r, 0.499_999_94, 0.166_665_15, 0.041_668_084, 0.008_369_349, 0.001_384_039_8)
  let power = r.adding(q, times: r * r) + 1
  let whole = unsafeBitCast(shifted.bits &- shift.bitPattern, to: SIMD16<Int32>.self)
  let half = whole &>> 1
  return power * powerOfTwo(half) * powerOfTwo(whole &- half)
}

/// 2^n for n in -126 ... 127
@inline(__always)
private func powerOfTwo(_ n: SIMD16<Int32>) -> Vector {
  Vector(bits: unsafeBitCast((n &+ 127) &<< 23, to: SIMD16<UInt32>.self))
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

/// Below 0.625, x + x^3 p(x^2) with p within 2^-32; above, 1 - 2 / (e^2x + 1).
@inline(__always)
func tanh(_ x: Vector) -> Vector {
  let square = x * x
  let high = polynomial(square, 0.133_332_22, -0.053_948_455, 0.021_708_664, -0.008_194_770_7, 0.002_157_260_4)
  let p = Vector(repeating: -0.333_333_31).adding(high, times: square)
  let small = x.adding(p * square, times: x)
  let magnitude = x.magnitude
  let large = Vector(repeating: 1) - Vector(repeating: 2) / (exp(magnitude + magnitude) + 1)
  return large.replacing(with: small, where: magnitude .< 0.625).withSign(of: x)
}

/// 1 / (1 + e^-x), by e^-|x| so that nothing overflows and small results keep their precision.
@inline(__always)
func sigmoid(_ x: Vector) -> Vector {
  let e = exp(x.magnitude.negated)
  let sum = e + 1
  let quotient = e.replacing(with: 1, where: x .>= 0) / sum
  // What rounding took from the sum, put right to first order; the inverse of the sum is the quotient or its complement.
  let lost = e - (sum - 1)
  let inverse = (Vector(repeating: 1) - quotient).replacing(with: quotient, where: x .>= 0)
  return quotient.adding((quotient * inverse).negated, times: lost)
}

/// The error function: below 0.92, x + x p(x^2) with p within 2^-30; above, 1 - e^(-|x| q(|x|)) with q within 2^-32.
@inline(__always)
func erf(_ x: Vector) -> Vector {
  let square = x * x
  let p = polynomial(square, 0.112_836_26, -0.026_855_731, 0.005_192_405, -8.049_77e-4, 7.996_65e-5)
  let small = x.adding(
    Vector(repeating: 0.128_379_17).adding(
      Vector(repeating: -0.376_126_3).adding(p, times: square), times: square), times: x)
  var t = x.magnitude
  t = t.replacing(with: 4, where: t .> 4)
  let high = polynomial(t, -0.022_674_099, 0.002_930_174_6, -4.960_268_4e-5, -4.557_845e-5, 4.938_375_7e-6)
  var q = Vector(repeating: 0.105_262_59).adding(high, times: t)
  q = Vector(repeating: 0.635_625_36).adding(q, times: t)
  q = Vector(repeating: 1.128_551_7).adding(q, times: t)
  let large = Vector(repeating: 1) - exp((q * t).negated)
  return large.replacing(with: small.magnitude, where: x.magnitude .< 0.92).withSign(of: x)
}
