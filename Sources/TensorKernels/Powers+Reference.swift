import Glibc
import KernelInterface

extension ReferenceKernels {
  public func power(
    _ x: UnsafePointer<Float>, _ exponent: Float, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count { y[i] = Float(pow(Double(x[i]), Double(exponent))) }
  }
}
