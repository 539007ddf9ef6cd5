import Glibc
import KernelInterface

extension ReferenceKernels {
  public func evaluate(
    _ function: ElementaryFunction, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count {
      let x = Double(x[i])
      switch function {
      case .exp: y[i] = Float(exp(x))
      case .log: y[i] = Float(log(x))
      case .tanh: y[i] = Float(tanh(x))
      case .erf: y[i] = Float(erf(x))
      case .sigmoid: y[i] = Float(logistic(x))
      case .sin: y[i] = Float(sin(x))
      case .cos: y[i] = Float(cos(x))
      case .squareRoot: y[i] = Float(x.squareRoot())
      }
    }
  }
}

/// 1 / (1 + e^-x)
func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
