/// Other number formats than `Float`. The rules of `Kernels` hold.
public protocol NumberFormatKernels: Sendable {
  /// y = x as bfloat16, the upper half of a Float: rounded to the nearest, ties to even. Infinities stay, a finite value may
  /// become one; a NaN becomes a quiet NaN.
  func roundToBFloat16(_ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<UInt16>, count: Int)
  /// y = x, exactly: the lower half of each value is zeros.
  func expandBFloat16(_ x: UnsafePointer<UInt16>, into y: UnsafeMutablePointer<Float>, count: Int)
}
