import KernelInterface

/// `count` values in low ..< high: the same for the same seed, on every machine. Multiples of (high - low) / 2^24, so
/// close neighbours of any number may occur.
public func seededValues(_ count: Int, seed: UInt64, low: Float = -1, high: Float = 1) -> [Float] {
  let key = RandomKey(seed: seed)
  return (0..<count).map { low + (high - low) * Float(key.bits(at: $0) >> 8) / 16_777_216 }
}
