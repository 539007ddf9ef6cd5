import KernelInterface

extension VectorKernels {
  public func activate(
    _ activation: Activation, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    switch activation {
    case .identity: forEachVector(count) { y.store(x.vector($0), $0) }
    case .relu: forEachVector(count) { y.store(relu(x.vector($0)), $0) }
    case .leakyReLU(let slope): forEachVector(count) { y.store(leakyReLU(x.vector($0), slope), $0) }
    case .sigmoid: forEachVector(count) { y.store(sigmoid(x.vector($0)), $0) }
    case .tanh: forEachVector(count) { y.store(tanh(x.vector($0)), $0) }
    case .gelu: forEachVector(count) { y.store(gelu(x.vector($0)), $0) }
    case .geluTanh: forEachVector(count) { y.store(geluTanh(x.vector($0)), $0) }
    case .silu: forEachVector(count) { y.store(silu(x.vector($0)), $0) }
    }
  }

  public func activateBackward(
    _ activation: Activation, x: UnsafePointer<Float>, y: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>, count: Int, accumulates: Bool
  ) {
    /// dx = dy * slope, or dx = fma(dy, slope, dx).
    @inline(__always)
    func chain(_ slope: (Lanes) -> Vector) {
      if accumulates {
        forEachVector(count) { dx.store(dx.vector($0).adding(dy.vector($0), times: slope($0)), $0) }
      } else {
        forEachVector(count) { dx.store(dy.vector($0) * slope($0), $0) }
      }
    }
    switch activation {
    case .identity: chain { _ in Vector(repeating: 1) }
    case .relu: chain { reluSlope(x.vector($0)) }
    case .leakyReLU(let slope): chain { leakyReLUSlope(x.vector($0), slope) }
    case .sigmoid: chain { sigmoidSlope(y: y.vector($0)) }
    case .tanh: chain { tanhSlope(y: y.vector($0)) }
    case .gelu: chain { geluSlope(x.vector($0)) }
    case .geluTanh: chain { geluTanhSlope(x.vector($0)) }
    case .silu: chain { siluSlope(x.vector($0)) }
    }
  }
}

@inline(__always)
private func relu(_ x: Vector) -> Vector { x.replacing(with: 0, where: x .<= Vector.zero) }

/// 1 where x > 0, 0 where not; NaN where x is NaN.
@inline(__always)
private func reluSlope(_ x: Vector) -> Vector { leakyReLUSlope(x, 0) }

@inline(__always)
private func leakyReLU(_ x: Vector, _ slope: Float) -> Vector {
  (x * slope).replacing(with: x, where: x .> 0)
}

@inline(__always)
private func leakyReLUSlope(_ x: Vector, _ slope: Float) -> Vector {
  let values = Vector(repeating: slope).replacing(with: 1, where: x .> 0)
  return values.replacing(with: x, where: x .!= x)
}

@inline(__always)
private func sigmoidSlope(y: Vector) -> Vector { y * (Vector(repeating: 1) - y) }

@inline(__always)
private func tanhSlope(y: Vector) -> Vector { Vector(repeating: 1).adding(y.negated, times: y) }

/// The normal distribution's upper tail, 1 - Phi(t) = e^(-t^2 / 2) R(t), for t in 0 ... 14.3, behind which it is zero.
///
/// t^2 is not rounded before the multiple of log 2 is taken away, so the tail is as precise far out as at 0. R is a ratio
/// of polynomials with positive coefficients, within 2^-27 (linearised least squares, reweighted to be minimax).
private struct NormalTail {
  /// 2^25 e^(-t^2 / 2): a Float even where the tail is denormal.
  var power: Vector
  var numerator: Vector
  var denominator: Vector

  @inline(__always)
  init(_ t: Vector) {
    let shifted = wholeLog2(t * t, times: -0.5)
    let n = shifted - roundingShift
    let rest = (n * 1.386_291_5).adding(t, times: t).adding(n, times: Vector(repeating: 2.857_213_6e-6))
    let p = exponentialMinusOne(rest, scale: -0.5)
    let half = powerOfTwo(shifted, plus: 24)
    power = (half + half).adding(p.negated, times: half)
    numerator = polynomial(t, 0.5, 0.438_294_86, 0.183_235_08, 0.040_633_209, 0.004_116_307)
    denominator = Vector(repeating: 1).adding(
      polynomial(t, 1.674_474_7, 1.202_502_8, 0.469_470_47, 0.101_858_795, 0.010_317_932), times: t)
  }
}

/// x where x > 0, less |x| (1 - Phi(|x|)): within 7 units in the last place, also far below zero.
@inline(__always)
private func gelu(_ x: Vector) -> Vector {
  let t = x.magnitude.minimum(Vector(repeating: 14.3))
  let tail = NormalTail(t)
  return relu(x).adding((t * tail.power) * tail.numerator / tail.denominator, times: Vector(repeating: -0x1p-25))
}

/// Phi(x) + x phi(x), where phi(x) = e^(-x^2 / 2) / sqrt(2 pi). For x = -t it is e^(-t^2 / 2) (R(t) - t / sqrt(2 pi)), and
/// what is missing from 1 for x = t.
@inline(__always)
private func geluSlope(_ x: Vector) -> Vector {
  let t = x.magnitude.minimum(Vector(repeating: 14.3))
  let tail = NormalTail(t)
  let ratio = (tail.numerator / tail.denominator).adding(t, times: Vector(repeating: -0.398_942_28))
  let isPositive = x .> 0
  let whole = Vector.zero.replacing(with: 1, where: isPositive)
  let sign = Vector(repeating: 0x1p-25).replacing(with: -0x1p-25, where: isPositive)
  return whole.adding(tail.power * ratio, times: sign)
}

/// x sigmoid(w) with w = 2 sqrt(2 / pi) (x + 0.044715 x^3), as (1 + tanh(w / 2)) / 2 = sigmoid(w).
@inline(__always)
private func geluTanh(_ x: Vector) -> Vector { x * sigmoid(geluTanhInner(x)) }

@inline(__always)
private func geluTanhInner(_ x: Vector) -> Vector {
  x * Vector(repeating: 1.595_769_1).adding(x * x, times: Vector(repeating: 0.071_354_814))
}

/// s + x s (1 - s) w', where s = sigmoid(w) and w' = 2 sqrt(2 / pi) (1 + 3 * 0.044715 x^2).
@inline(__always)
private func geluTanhSlope(_ x: Vector) -> Vector {
  let s = sigmoid(geluTanhInner(x))
  let inner = Vector(repeating: 1.595_769_1).adding(x * x, times: Vector(repeating: 0.214_064_44))
  return s.adding(x * sigmoidSlope(y: s), times: inner)
}

@inline(__always)
private func silu(_ x: Vector) -> Vector { x * sigmoid(x) }

/// s + x s (1 - s), where s = sigmoid(x).
@inline(__always)
private func siluSlope(_ x: Vector) -> Vector {
  let s = sigmoid(x)
  return s.adding(x, times: sigmoidSlope(y: s))
}
