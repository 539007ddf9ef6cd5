import Glibc
import KernelInterface

extension ReferenceKernels {
  public func evaluate(
    _ function: ElementaryFunction, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count { y[i] = Float(Self.exactly(function, Double(x[i]))) }
  }

  /// The function in the C library's Float64: exact enough to judge a Float by.
  public static func exactly(_ function: ElementaryFunction, _ x: Double) -> Double {
    switch function {
    case .exp: exp(x)
    case .log: log(x)
    case .tanh: tanh(x)
    case .erf: erf(x)
    case .sigmoid: logistic(x)
    case .sin: sin(x)
    case .cos: cos(x)
    case .squareRoot: x.squareRoot()
    }
  }
}

/// 1 / (1 + e^-x)
func logistic(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
