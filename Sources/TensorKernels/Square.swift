/// Half a vector: a register of AVX2.
typealias Half = SIMD8<Float>

/// 8 rows of 8 floats, or what they become when turned: 8 columns.
typealias Square = (Half, Half, Half, Half, Half, Half, Half, Half)

/// The columns of 8 rows of 8 floats, `stride` apart.
@inline(__always)
func turned(_ p: UnsafePointer<Float>, _ stride: Int) -> Square {
  columns(
    (
      readHalf(p), readHalf(p + stride), readHalf(p + 2 * stride), readHalf(p + 3 * stride),
      readHalf(p + 4 * stride), readHalf(p + 5 * stride), readHalf(p + 6 * stride), readHalf(p + 7 * stride)
    ))
}

/// As above, of `count` rows; in the place of those that are missing the last is read again.
@inline(__always)
func turned(_ p: UnsafePointer<Float>, _ stride: Int, _ count: Int) -> Square {
  let row = { (i: Int) -> Half in readHalf(p + min(i, count - 1) * stride) }
  return columns((row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7)))
}

/// Turns a square: elements of neighbouring rows are paired, then pairs, then quarters. Three instructions for a row, as
/// all but the last step stay within quarters of 4 floats, where AVX2 is quick.
@inline(__always)
func columns(_ r: Square) -> Square {
  let (a0, a1) = pairs(r.0, r.1)
  let (a2, a3) = pairs(r.2, r.3)
  let (b0, b1) = pairs(r.4, r.5)
  let (b2, b3) = pairs(r.6, r.7)
  let (u0, u1) = quarters(a0, a2)
  let (u2, u3) = quarters(a1, a3)
  let (v0, v1) = quarters(b0, b2)
  let (v2, v3) = quarters(b1, b3)
  return (
    lowHalves(u0, v0), lowHalves(u1, v1), lowHalves(u2, v2), lowHalves(u3, v3),
    highHalves(u0, v0), highHalves(u1, v1), highHalves(u2, v2), highHalves(u3, v3)
  )
}

@inline(__always)
private func pairs(_ a: Half, _ b: Half) -> (Half, Half) {
  (Half(a[0], b[0], a[1], b[1], a[4], b[4], a[5], b[5]), Half(a[2], b[2], a[3], b[3], a[6], b[6], a[7], b[7]))
}

/// Pairs are moved as one number: seen as four floats, the compiler would fetch each from where it first came from.
@inline(__always)
private func quarters(_ a: Half, _ b: Half) -> (Half, Half) {
  let (a, b) = (unsafeBitCast(a, to: SIMD4<Double>.self), unsafeBitCast(b, to: SIMD4<Double>.self))
  return (
    unsafeBitCast(SIMD4<Double>(a[0], b[0], a[2], b[2]), to: Half.self),
    unsafeBitCast(SIMD4<Double>(a[1], b[1], a[3], b[3]), to: Half.self)
  )
}

@inline(__always)
private func lowHalves(_ a: Half, _ b: Half) -> Half { Half(lowHalf: a.lowHalf, highHalf: b.lowHalf) }

@inline(__always)
private func highHalves(_ a: Half, _ b: Half) -> Half { Half(lowHalf: a.highHalf, highHalf: b.highHalf) }

/// The 8 floats at `p`, at any alignment. As `read` and `write` of whole vectors.
@inline(__always)
func readHalf(_ p: UnsafePointer<Float>) -> Half {
  var half = Half()
  copyHalf(from: p, to: &half)
  return half
}

@inline(__always)
func writeHalf(_ half: Half, to p: UnsafeMutablePointer<Float>) {
  var half = half
  copyHalf(from: &half, to: p)
}

@inline(__always)
private func copyHalf(from source: UnsafeRawPointer, to target: UnsafeMutableRawPointer) {
  target.copyMemory(from: source, byteCount: 32)
}
