import Glibc
import KernelInterface

extension ReferenceKernels {
  public func activate(
    _ activation: Activation, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count {
      if case .leakyReLU(let slope) = activation {
        y[i] = x[i] > 0 ? x[i] : x[i] * slope
      } else {
        y[i] = Float(value(activation, Double(x[i])))
      }
    }
  }

  public func activateBackward(
    _ activation: Activation, x: UnsafePointer<Float>, y: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>, count: Int, accumulates: Bool
  ) {
    for i in 0..<count {
      let slope = slope(activation, Double(x[i]))
      let product = Double(dy[i]) * slope
      dx[i] = Float(accumulates ? Double(dx[i]) + product : product)
    }
  }
}

private func value(_ activation: Activation, _ x: Double) -> Double {
  switch activation {
  case .identity: x
  case .relu: x <= 0 ? 0 : x
  case .leakyReLU(let slope): x > 0 ? x : x * Double(slope)
  case .sigmoid: logistic(x)
  case .tanh: tanh(x)
  case .gelu: x * normalShare(x)
  case .geluTanh: x * (1 + geluTanhInner(x)) / 2
  case .silu: x * logistic(x)
  }
}

private func slope(_ activation: Activation, _ x: Double) -> Double {
  switch activation {
  case .identity: return 1
  case .relu: return x.isNaN ? x : x > 0 ? 1 : 0
  case .leakyReLU(let slope): return x.isNaN ? x : x > 0 ? 1 : Double(slope)
  case .sigmoid: return logistic(x) * logistic(-x)
  case .tanh: return 1 - tanh(x) * tanh(x)
  case .gelu: return normalShare(x) + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
  case .geluTanh:
    let t = geluTanhInner(x)
    return (1 + t) / 2 + x * (1 - t * t) / 2 * (2 / Double.pi).squareRoot() * (1 + 3 * 0.044715 * x * x)
  case .silu: return logistic(x) + x * logistic(x) * logistic(-x)
  }
}

private func normalShare(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }

private func geluTanhInner(_ x: Double) -> Double {
  tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x))
}
