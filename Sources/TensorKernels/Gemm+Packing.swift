/// op(A) or op(B) as packing sees it: series (rows of op(A), columns of op(B)) of values, one for each k.
///
/// - `isDepthMajor`: whether the values of one k lie side by side in memory, or those of one series.
/// - `end`: just behind the last value. Vectors may be read up to here, also where some of their lanes are not wanted.
///
/// A tuple, as `Lanes`: functions that the compiler adds to a structure to copy it would be shared between the builds.
typealias Operand = (start: UnsafePointer<Float>, stride: Int, isDepthMajor: Bool, end: UnsafePointer<Float>)

/// An operand of `count` series, each of `depth` values.
func operand(_ start: UnsafePointer<Float>, stride: Int, count: Int, depth: Int, isDepthMajor: Bool) -> Operand {
  let (rows, columns) = isDepthMajor ? (depth, count) : (count, depth)
  return (start, stride, isDepthMajor, start + (rows - 1) * stride + columns)
}

/// Copies series `first ..< first + count`, k in `k ..< k + depth`, to `panel[(k' - k) * stride + series - first]`.
///
/// At most 16 series. Each k is written as a whole vector: lanes from `count` on are overwritten by the next k or are
/// padding.
func pack(
  _ operand: Operand, _ first: Int, _ count: Int, _ k: Int, _ depth: Int, into panel: UnsafeMutablePointer<Float>,
  stride: Int
) {
  if operand.isDepthMajor {
    let source = operand.start + k * operand.stride + first
    packRows(source, operand.stride, operand.end, count, depth, into: panel, stride)
  } else {
    let source = operand.start + first * operand.stride + k
    packTransposing(source, operand.stride, operand.end, count, depth, into: panel, stride)
  }
}

private func packRows(
  _ source: UnsafePointer<Float>, _ stride: Int, _ end: UnsafePointer<Float>, _ count: Int, _ depth: Int,
  into panel: UnsafeMutablePointer<Float>, _ panelStride: Int
) {
  // Whole vectors are read as long as they end inside the operand, so only its last rows need care.
  let reach = end - source - Vector.scalarCount
  let safe = count == Vector.scalarCount ? depth : reach < 0 ? 0 : min(depth, reach / max(stride, 1) + 1)
  for k in 0..<safe { write(read(source + k * stride), to: panel + k * panelStride) }
  for k in safe..<depth { write((source + k * stride).vector((0, count)), to: panel + k * panelStride) }
}

private func packTransposing(
  _ source: UnsafePointer<Float>, _ stride: Int, _ end: UnsafePointer<Float>, _ count: Int, _ depth: Int,
  into panel: UnsafeMutablePointer<Float>, _ panelStride: Int
) {
  var k = 0
  while k < depth {
    let steps = min(Vector.scalarCount, depth - k)
    if steps == Vector.scalarCount {
      transpose(panel + k * panelStride, panelStride, steps) { $0 < count ? read(source + $0 * stride + k) : .zero }
    } else {
      transpose(panel + k * panelStride, panelStride, steps) {
        let values = source + $0 * stride + k
        if $0 >= count { return .zero }
        return values + Vector.scalarCount <= end ? read(values) : values.vector((0, steps))
      }
    }
    k += steps
  }
}

/// Writes the first `count` columns of 16 rows of 16 floats, each column as a vector.
///
/// Four times over, rows i and i + 8 are interleaved into rows 2 i and 2 i + 1; that turns the square.
@inline(__always)
private func transpose(
  _ columns: UnsafeMutablePointer<Float>, _ stride: Int, _ count: Int, row: (Int) -> Vector
) {
  var r0 = row(0)
  var r1 = row(1)
  var r2 = row(2)
  var r3 = row(3)
  var r4 = row(4)
  var r5 = row(5)
  var r6 = row(6)
  var r7 = row(7)
  var r8 = row(8)
  var r9 = row(9)
  var r10 = row(10)
  var r11 = row(11)
  var r12 = row(12)
  var r13 = row(13)
  var r14 = row(14)
  var r15 = row(15)
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
  write(r0, to: columns)
  if count > 1 { write(r1, to: columns + stride) }
  if count > 2 { write(r2, to: columns + 2 * stride) }
  if count > 3 { write(r3, to: columns + 3 * stride) }
  if count > 4 { write(r4, to: columns + 4 * stride) }
  if count > 5 { write(r5, to: columns + 5 * stride) }
  if count > 6 { write(r6, to: columns + 6 * stride) }
  if count > 7 { write(r7, to: columns + 7 * stride) }
  if count > 8 { write(r8, to: columns + 8 * stride) }
  if count > 9 { write(r9, to: columns + 9 * stride) }
  if count > 10 { write(r10, to: columns + 10 * stride) }
  if count > 11 { write(r11, to: columns + 11 * stride) }
  if count > 12 { write(r12, to: columns + 12 * stride) }
  if count > 13 { write(r13, to: columns + 13 * stride) }
  if count > 14 { write(r14, to: columns + 14 * stride) }
  if count > 15 { write(r15, to: columns + 15 * stride) }
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
