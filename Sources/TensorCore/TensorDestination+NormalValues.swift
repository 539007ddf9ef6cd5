import KernelInterface

extension TensorDestination {
  /// Normally distributed values of mean 0, drawn from two streams below `key`'s: element e is
  /// deviation * cos(2 pi v) * sqrt(-2 log u) of their elements e, u in (0, 1] and v in [0, 1] (Box and Muller, "A note on
  /// the generation of random normal deviates", 1958). As u is a multiple of 2^-24, none is beyond 5.8 deviations.
  public func writeNormal(deviation: Float, key: RandomKey) {
    precondition(!accumulates, "random values replace; this destination adds")
    let (u, v) = (key.derived(0), key.derived(1))
    backend.forEachRange(of: shape.count) { range in
      for first in stride(from: range.lowerBound, to: range.upperBound, by: Self.normalBlock) {
        writeNormal(first..<min(first + Self.normalBlock, range.upperBound), deviation, u, v)
      }
    }
    withExtendedLifetime(storage) {}
  }

  /// Values that are made together, so that their angles stay in the nearest cache.
  private static var normalBlock: Int { 1024 }

  private func writeNormal(_ range: Range<Int>, _ deviation: Float, _ u: RandomKey, _ v: RandomKey) {
    let (kernels, y, first) = (backend.kernels, base + range.lowerBound, range.lowerBound)
    kernels.fillUniform(y, count: range.count, key: u, first: first, low: 1, high: 0)
    kernels.evaluate(.log, y, into: y, count: range.count)
    kernels.scale(y, by: -2, into: y, count: range.count)
    kernels.evaluate(.squareRoot, y, into: y, count: range.count)
    kernels.scale(y, by: deviation, into: y, count: range.count)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: range.count) { angles in
      guard let angle = angles.baseAddress else { return }
      kernels.fillUniform(angle, count: range.count, key: v, first: first, low: 0, high: 2 * .pi)
      kernels.evaluate(.cos, angle, into: angle, count: range.count)
      kernels.multiply(y, angle, into: y, count: range.count)
    }
  }
}
