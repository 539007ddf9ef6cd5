/// target[c, r] = source[r, c]: `rows` and `columns` are multiples of 16.
///
/// In squares of 8 by 8, two of them below each other, so that what is written of a row of the target is one cache line.
@inline(never)
func transpose(
  _ source: UnsafePointer<Float>, _ sourceStride: Int, rows: Int, columns: Int,
  into target: UnsafeMutablePointer<Float>, _ targetStride: Int
) {
  for row in stride(from: 0, to: rows, by: 16) {
    for column in stride(from: 0, to: columns, by: 8) {
      let (from, to) = (source + row * sourceStride + column, target + column * targetStride + row)
      writeSquare(turned(from, sourceStride), to: to, targetStride)
      writeSquare(turned(from + 8 * sourceStride, sourceStride), to: to + 8, targetStride)
    }
  }
}

/// Writes the columns of a square as rows, `stride` apart.
@inline(__always)
func writeSquare(_ square: Square, to p: UnsafeMutablePointer<Float>, _ stride: Int) {
  writeHalf(square.0, to: p)
  writeHalf(square.1, to: p + stride)
  writeHalf(square.2, to: p + 2 * stride)
  writeHalf(square.3, to: p + 3 * stride)
  writeHalf(square.4, to: p + 4 * stride)
  writeHalf(square.5, to: p + 5 * stride)
  writeHalf(square.6, to: p + 6 * stride)
  writeHalf(square.7, to: p + 7 * stride)
}
