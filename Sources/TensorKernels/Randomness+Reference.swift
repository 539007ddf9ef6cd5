import KernelInterface

extension ReferenceKernels {
  public func fillUniform(
    _ y: UnsafeMutablePointer<Float>, count: Int, key: RandomKey, first: Int, low: Float, high: Float
  ) {
    for i in 0..<count { y[i] = low.addingProduct(high - low, uniform(key, first + i)) }
  }

  public func dropout(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int, key: RandomKey, first: Int,
    rate: Float, accumulates: Bool
  ) {
    for i in 0..<count {
      let scaled = uniform(key, first + i) >= rate ? x[i] / (1 - rate) : 0
      y[i] = accumulates ? y[i] + scaled : scaled
    }
  }
}

private func uniform(_ key: RandomKey, _ element: Int) -> Float {
  Float(key.bits(at: element) >> 8) * 0x1p-24
}
