/// target[c, r] = source[r, c]: `rows` and `columns` are multiples of 16.
func transpose(
  _ source: UnsafePointer<Float>, _ sourceStride: Int, rows: Int, columns: Int,
  into target: UnsafeMutablePointer<Float>, _ targetStride: Int
) {
  var row = 0
  while row < rows {
    var column = 0
    while column < columns {
      transposeSquare(
        source + row &* sourceStride + column, sourceStride, into: target + column &* targetStride + row, targetStride)
      column += Vector.scalarCount
    }
    row += Vector.scalarCount
  }
}

/// 16 by 16 values. Four times over, rows i and i + 8 are interleaved into rows 2 i and 2 i + 1; that turns the square.
@inline(never)
private func transposeSquare(
  _ source: UnsafePointer<Float>, _ sourceStride: Int, into target: UnsafeMutablePointer<Float>, _ targetStride: Int
) {
  var r0 = read(source)
  var r1 = read(source + sourceStride)
  var r2 = read(source + 2 &* sourceStride)
  var r3 = read(source + 3 &* sourceStride)
  var r4 = read(source + 4 &* sourceStride)
  var r5 = read(source + 5 &* sourceStride)
  var r6 = read(source + 6 &* sourceStride)
  var r7 = read(source + 7 &* sourceStride)
  var r8 = read(source + 8 &* sourceStride)
  var r9 = read(source + 9 &* sourceStride)
  var r10 = read(source + 10 &* sourceStride)
  var r11 = read(source + 11 &* sourceStride)
  var r12 = read(source + 12 &* sourceStride)
  var r13 = read(source + 13 &* sourceStride)
  var r14 = read(source + 14 &* sourceStride)
  var r15 = read(source + 15 &* sourceStride)
  for _ in 0..<4 {
    let (a0, a1) = interleave(r0, r8)
    let (a2, a3) = interleave(r1, r9)
    let (a4, a5) = interleave(r2, r10)
    let (a6, a7) = interleave(r3, r11)
    let (a8, a9) = interleave(r4, r12)
    let (a10, a11) = interleave(r5, r13)
    let (a12, a13) = interleave(r6, r14)
    let (a14, a15) = interleave(r7, r15)
    (r0, r1, r2, r3, r4, r5, r6, r7) = (a0, a1, a2, a3, a4, a5, a6, a7)
    (r8, r9, r10, r11, r12, r13, r14, r15) = (a8, a9, a10, a11, a12, a13, a14, a15)
  }
  write(r0, to: target)
  write(r1, to: target + targetStride)
  write(r2, to: target + 2 &* targetStride)
  write(r3, to: target + 3 &* targetStride)
  write(r4, to: target + 4 &* targetStride)
  write(r5, to: target + 5 &* targetStride)
  write(r6, to: target + 6 &* targetStride)
  write(r7, to: target + 7 &* targetStride)
  write(r8, to: target + 8 &* targetStride)
  write(r9, to: target + 9 &* targetStride)
  write(r10, to: target + 10 &* targetStride)
  write(r11, to: target + 11 &* targetStride)
  write(r12, to: target + 12 &* targetStride)
  write(r13, to: target + 13 &* targetStride)
  write(r14, to: target + 14 &* targetStride)
  write(r15, to: target + 15 &* targetStride)
}

/// a0 b0 a1 b1 ... a7 b7 and a8 b8 ... a15 b15.
@inline(__always)
private func interleave(_ a: Vector, _ b: Vector) -> (Vector, Vector) {
  var (low, high) = (Vector(), Vector())
  low.evenHalf = a.lowHalf
  low.oddHalf = b.lowHalf
  high.evenHalf = a.highHalf
  high.oddHalf = b.highHalf
  return (low, high)
}
