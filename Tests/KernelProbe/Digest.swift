/// The FNV-1a hash of the bits of all that was added.
struct Digest: CustomStringConvertible {
  private var hash: UInt64 = 0xCBF2_9CE4_8422_2325

  mutating func add(_ bits: UInt64) {
    for shift in stride(from: 0, to: 64, by: 8) {
      hash = (hash ^ (bits >> UInt64(shift) & 0xFF)) &* 0x100_0000_01B3
    }
  }

  /// All NaN count as one.
  mutating func add(_ values: [Float]) {
    for value in values { add(UInt64(value.isNaN ? Float.nan.bitPattern : value.bitPattern)) }
  }

  var description: String { String(hash, radix: 16) }
}
