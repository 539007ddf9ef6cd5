import KernelInterface

/// Elements 64 * group ..< 64 * (group + 1) of a stream as four vectors of consecutive elements: the blocks
/// 16 * group + lane, one a lane; see `RandomKey`.
@inline(__always)
private func randomBits(
  _ key: RandomKey, group: Int
) -> (SIMD16<UInt32>, SIMD16<UInt32>, SIMD16<UInt32>, SIMD16<UInt32>) {
  let firstBlock = UInt64(truncatingIfNeeded: group) &* 16
  let laneNumbers = SIMD16<UInt32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
  // 16 blocks that begin at a multiple of 16 share the high word of their number.
  var c0 = laneNumbers &+ UInt32(truncatingIfNeeded: firstBlock)
  var c1 = SIMD16<UInt32>(repeating: UInt32(truncatingIfNeeded: firstBlock &>> 32))
  var c2 = SIMD16<UInt32>.zero
  var c3 = SIMD16<UInt32>.zero
  var (k0, k1) = (key.low, key.high)
  for _ in 0..<10 {
    let (high0, low0) = fullProduct(c0, Philox.multiplier0)
    let (high1, low1) = fullProduct(c2, Philox.multiplier1)
    (c0, c1, c2, c3) = (high1 ^ c1 ^ k0, low1, high0 ^ c3 ^ k1, low0)
    k0 &+= Philox.keyIncrement0
    k1 &+= Philox.keyIncrement1
  }
  return (c0, c1, c2, c3)
}

/// The 64-bit products of 32-bit lanes, by their halves: even and odd lanes are multiplied apart.
@inline(__always)
private func fullProduct(_ a: SIMD16<UInt32>, _ b: UInt32) -> (high: SIMD16<UInt32>, low: SIMD16<UInt32>) {
  let lowMask = SIMD8<UInt64>(repeating: 0xFFFF_FFFF)
  let highMask = SIMD8<UInt64>(repeating: 0xFFFF_FFFF_0000_0000)
  let shift = SIMD8<UInt64>(repeating: 32)
  let factor = SIMD8<UInt64>(repeating: UInt64(b))
  let pairs = unsafeBitCast(a, to: SIMD8<UInt64>.self)
  let even = (pairs & lowMask) &* factor
  let odd = (pairs &>> shift) &* factor
  let high = (even &>> shift) | (odd & highMask)
  let low = (even & lowMask) | (odd &<< shift)
  return (unsafeBitCast(high, to: SIMD16<UInt32>.self), unsafeBitCast(low, to: SIMD16<UInt32>.self))
}

/// The upper 24 bits as a multiple of 2^-24 in 0 ..< 1.
@inline(__always)
func unitInterval(_ bits: SIMD16<UInt32>) -> Vector {
  Vector(converting: unsafeBitCast(bits &>> 8, to: SIMD16<Int32>.self)) * 0x1p-24
}

/// Calls `body` for each vector of 16 elements that begins at a multiple of 16 of the stream and overlaps the range
/// `first ..< first + count`, with the lanes inside the range.
@inline(__always)
func forEachRandomVector(
  key: RandomKey, first: Int, count: Int, _ body: (SIMD16<UInt32>, _ offset: Int, _ inside: Range<Int>) -> Void
) {
  let end = first &+ count
  var group = first / 64
  while group &* 64 < end {
    let bits = randomBits(key, group: group)
    let start = group &* 64
    visit(bits.0, start, first, end, body)
    visit(bits.1, start &+ 16, first, end, body)
    visit(bits.2, start &+ 32, first, end, body)
    visit(bits.3, start &+ 48, first, end, body)
    group &+= 1
  }
}

@inline(__always)
private func visit(
  _ bits: SIMD16<UInt32>, _ start: Int, _ first: Int, _ end: Int,
  _ body: (SIMD16<UInt32>, _ offset: Int, _ inside: Range<Int>) -> Void
) {
  let lower = max(first &- start, 0)
  let upper = min(end &- start, 16)
  if lower < upper { body(bits, start &- first, lower..<upper) }
}
