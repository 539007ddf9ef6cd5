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

/// The share of the normal distribution below x: (1 + erf(x / sqrt 2)) / 2.
@inline(__always)
private func normalShare(_ x: Vector) -> Vector {
  Vector(repeating: 0.5).adding(erf(x * 0.707_106_77), times: Vector(repeating: 0.5))
}

@inline(__always)
private func gelu(_ x: Vector) -> Vector { x * normalShare(x) }

/// Phi(x) + x phi(x), where phi(x) = e^(-x^2 / 2) / sqrt(2 pi).
@inline(__always)
private func geluSlope(_ x: Vector) -> Vector {
  let density = exp(x * x * -0.5) * 0.398_942_28
  return normalShare(x).adding(x, times: density)
}

/// tanh(sqrt(2 / pi) (x + 0.044715 x^3))
@inline(__always)
private func geluTanhInner(_ x: Vector) -> Vector {
  tanh(x.adding(x * x * x, times: Vector(repeating: 0.044_715)) * 0.797_884_56)
}

@inline(__always)
private func geluTanh(_ x: Vector) -> Vector {
  x * Vector(repeating: 0.5).adding(geluTanhInner(x), times: Vector(repeating: 0.5))
}

/// With t the tanh: (1 + t) / 2 + x (1 - t^2) / 2 * sqrt(2 / pi) (1 + 3 * 0.044715 x^2).
@inline(__always)
private func geluTanhSlope(_ x: Vector) -> Vector {
  let t = geluTanhInner(x)
  let half = Vector(repeating: 0.5)
  let inner = Vector(repeating: 0.797_884_56).adding(x * x, times: Vector(repeating: 0.107_032_23))
  return half.adding(t, times: half).adding(x * half * tanhSlope(y: t), times: inner)
}

@inline(__always)
private func silu(_ x: Vector) -> Vector { x * sigmoid(x) }

/// s + x s (1 - s), where s = sigmoid(x).
@inline(__always)
private func siluSlope(_ x: Vector) -> Vector {
  let s = sigmoid(x)
  return s.adding(x, times: sigmoidSlope(y: s))
}
