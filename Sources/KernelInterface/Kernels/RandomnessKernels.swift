/// What is drawn from `RandomKey`. The rules of `Kernels` hold.
public protocol RandomnessKernels: Sendable {
  /// y[i] = low + (high - low) * u(first + i), where u(e) = (bits of element e of `key`'s stream >> 8) / 2^24, fused.
  func fillUniform(
    _ y: UnsafeMutablePointer<Float>, count: Int, key: RandomKey, first: Int, low: Float, high: Float)
  /// y[i] = x[i] / (1 - rate) where u(first + i) >= rate, else 0. Forward on activations, backward on their gradients:
  /// the mask is drawn again, not stored. Added to y where `accumulates`.
  func dropout(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int, key: RandomKey, first: Int,
    rate: Float, accumulates: Bool)
}
