import KernelInterface

/// Whole exponents up to here are powers by repeated squaring.
private var largestWholeExponent: Float { 64 }

@inline(__always)
private func isWholeExponent(_ exponent: Float) -> Bool {
  exponent.magnitude <= largestWholeExponent && Float(Int32(exponent)) == exponent
}

extension VectorKernels {
  public func power(
    _ x: UnsafePointer<Float>, _ exponent: Float, into y: UnsafeMutablePointer<Float>, count: Int
  ) {
    if isWholeExponent(exponent) {
      let whole = Int(exponent)
      forEachVector(count) { y.store(wholePower(x.vector($0), whole), $0) }
    } else {
      let factor = Vector(repeating: exponent)
      forEachVector(count) { y.store(exp(log(x.vector($0)) * factor), $0) }
    }
  }
}

@inline(__always)
private func wholePower(_ x: Vector, _ exponent: Int) -> Vector {
  var result = Vector(repeating: 1)
  var square = x
  var remaining = exponent < 0 ? 0 &- exponent : exponent
  while remaining > 0 {
    if remaining & 1 == 1 { result *= square }
    square *= square
    remaining >>= 1
  }
  return exponent < 0 ? Vector(repeating: 1) / result : result
}
