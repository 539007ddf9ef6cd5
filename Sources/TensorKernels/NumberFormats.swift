import KernelInterface

// Loops over single values, which the compiler turns into vectors: it knows instructions for narrowing and widening lanes
// that cannot be written down without the standard library's generic initialisers (see `Vector+Arithmetic.swift`).

extension VectorKernels {
  public func roundToBFloat16(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<UInt16>, count: Int) {
    for i in 0..<count { y[i] = UInt16(truncatingIfNeeded: roundedToBFloat16(x[i].bitPattern) &>> 16) }
  }

  public func expandBFloat16(_ x: UnsafePointer<UInt16>, into y: UnsafeMutablePointer<Float>, count: Int) {
    for i in 0..<count { y[i] = Float(bitPattern: UInt32(truncatingIfNeeded: x[i]) &<< 16) }
  }
}

/// The upper half is the result. Adding just under half of its last place, and one more if that place is odd, carries into
/// it exactly where the value is to be rounded up.
@inline(__always)
private func roundedToBFloat16(_ bits: UInt32) -> UInt32 {
  let isNaN = bits & 0x7FFF_FFFF > 0x7F80_0000
  let nearest = bits &+ 0x7FFF &+ (bits &>> 16 & 1)
  return isNaN ? bits | 0x0040_0000 : nearest
}
