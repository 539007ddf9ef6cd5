import KernelInterface

extension ReferenceKernels {
  /// The nearer of the two neighbours in bfloat16, the even one in the middle between them.
  public func roundToBFloat16(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<UInt16>, count: Int) {
    for i in 0..<count {
      let below = UInt16(x[i].bitPattern >> 16)
      if x[i].isNaN {
        y[i] = below | 0x40
        continue
      }
      let tail = x[i].bitPattern & 0xFFFF
      let isAbove = tail > 0x8000 || (tail == 0x8000 && below % 2 == 1)
      // Behind the greatest finite value comes infinity.
      y[i] = isAbove ? below + 1 : below
    }
  }

  public func expandBFloat16(_ x: UnsafePointer<UInt16>, into y: UnsafeMutablePointer<Float>, count: Int) {
    for i in 0..<count { y[i] = Float(bitPattern: UInt32(x[i]) << 16) }
  }
}
