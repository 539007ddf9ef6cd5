/// What the machine can do at most, for other kernels to be measured against. The rules of `Kernels` hold.
public protocol PeakKernels: Sendable {
  /// `count` fused multiply-adds x <- fma(x, factor, term) in each lane of 12 vectors that do not depend on each other:
  /// 2 * 12 * 16 * `count` floating-point operations on registers alone.
  ///
  /// Every lane of vector v begins at v. Returns a sum of all lanes, so that the work matters: vectors 0 to 5 are added
  /// in this order, and 6 to 11, then the two sums, then the lanes by the lane tree.
  func multiplyAddChains(count: Int, factor: Float, term: Float) -> Float

  /// y = fma(factor, b, a), the triad of McCalpin's STREAM: two streams are read, one is written.
  func triad(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, factor: Float, into y: UnsafeMutablePointer<Float>,
    count: Int)
}
