/// Rotary position embedding. The rules of `Kernels` hold.
public protocol RotaryKernels: Sendable {
  /// Turns every pair (a, b) of every head of x by the angle of its token and place, see `Rotation`:
  ///
  ///     y_a = fma(-b, sine, a * cosine)        y_b = fma(a, sine, b * cosine)
  ///
  /// Where `accumulates`, both are added to y. y may be the memory of x.
  func rotate(
    _ rotation: Rotation, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, accumulates: Bool)
}
