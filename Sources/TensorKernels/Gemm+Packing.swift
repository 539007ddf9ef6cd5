import KernelInterface

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

// MARK: - Panels

/// Cuts rows into as few panels as tiles allow, of as equal heights as possible.
@inline(__always)
func forEachRowPanel(_ rows: Int, _ body: (_ panel: Int, _ row: Int, _ height: Int) -> Void) {
  let panels = (rows + Tile.rows - 1) / Tile.rows
  var row = 0
  for panel in 0..<panels {
    let height = (rows - row + panels - panel - 1) / (panels - panel)
    body(panel, row, height)
    row += height
  }
}

/// Floats from one row panel to the next: a vector more than the values, as the last write of packing may go past them.
@inline(__always)
func sizeOfRowPanel(_ depth: Int) -> Int { Tile.rows * depth + Vector.scalarCount }

@inline(__always)
func forEachColumnPanel(_ columns: Int, _ body: (_ column: Int, _ width: Int) -> Void) {
  var column = 0
  while column < columns {
    body(column, min(Tile.columns, columns - column))
    column += Tile.columns
  }
}

/// The columns of the narrowest tile that covers `width`.
@inline(__always)
func tileColumns(for width: Int) -> Int { width <= Vector.scalarCount ? Vector.scalarCount : Tile.columns }

/// Copies `count` rows of op(A) from `first`, k in `k ..< k + depth`, into row panels.
func packRows(
  _ a: Operand, _ first: Int, _ count: Int, _ k: Int, _ depth: Int, into panels: UnsafeMutablePointer<Float>
) {
  forEachStretch(a, k, depth) { k, steps, done in
    forEachRowPanel(count) { panel, row, height in
      let target = panels + panel * sizeOfRowPanel(depth) + done * height
      pack(a, first + row, height, k, steps, into: target, stride: height)
    }
  }
}

/// Copies `count` columns of op(B) from `first`, k in `k ..< k + depth`, into column panels.
func packColumns(
  _ b: Operand, _ first: Int, _ count: Int, _ k: Int, _ depth: Int, into panels: UnsafeMutablePointer<Float>
) {
  forEachStretch(b, k, depth) { k, steps, done in
    forEachColumnPanel(count) { column, width in
      let stride = tileColumns(for: width)
      let target = panels + column * depth + done * stride
      pack(b, first + column, width, k, steps, into: target, stride: stride)
    }
  }
}

/// Cuts the depth into stretches, so that where the values of one k lie side by side they are read that way, a few rows
/// at a time over all panels.
@inline(__always)
private func forEachStretch(
  _ operand: Operand, _ first: Int, _ depth: Int, _ body: (_ k: Int, _ steps: Int, _ done: Int) -> Void
) {
  let length = operand.isDepthMajor ? 8 : max(depth, 1)
  var done = 0
  while done < depth {
    body(first + done, min(length, depth - done), done)
    done += length
  }
}

// MARK: - One panel

/// Copies series `first ..< first + count`, k in `k ..< k + depth`, to `panel[(k' - k) * stride + series - first]`.
///
/// Each k is written in whole vectors or halves: lanes from `count` on are overwritten by the next k or are padding.
@inline(__always)
private func pack(
  _ operand: Operand, _ first: Int, _ count: Int, _ k: Int, _ depth: Int, into panel: UnsafeMutablePointer<Float>,
  stride: Int
) {
  if operand.isDepthMajor {
    let source = operand.start + k * operand.stride + first
    copyRows(source, operand.stride, operand.end, count, depth, into: panel, stride)
  } else {
    let source = operand.start + first * operand.stride + k
    transpose(source, operand.stride, operand.end, count, depth, into: panel, stride)
  }
}

private func copyRows(
  _ source: UnsafePointer<Float>, _ stride: Int, _ end: UnsafePointer<Float>, _ count: Int, _ depth: Int,
  into panel: UnsafeMutablePointer<Float>, _ panelStride: Int
) {
  var part = 0
  while part < count {
    let lanes = min(Vector.scalarCount, count - part)
    // Whole vectors are read as long as they end inside the operand, so only its last rows need care.
    let reach = end - source - part - Vector.scalarCount
    let safe = lanes == Vector.scalarCount ? depth : reach < 0 ? 0 : min(depth, reach / max(stride, 1) + 1)
    for k in 0..<safe { write(read(source + k * stride + part), to: panel + k * panelStride + part) }
    for k in safe..<depth {
      write((source + k * stride + part).vector((0, lanes)), to: panel + k * panelStride + part)
    }
    part += Vector.scalarCount
  }
}

// MARK: - Turning

/// Half a vector: what AVX2 has registers for. 8 of them hold the square that is turned at once.
typealias Half = SIMD8<Float>

/// A square of 8 rows of 8 floats, or what it became: 8 columns.
typealias Square = (Half, Half, Half, Half, Half, Half, Half, Half)

private func transpose(
  _ source: UnsafePointer<Float>, _ stride: Int, _ end: UnsafePointer<Float>, _ count: Int, _ depth: Int,
  into panel: UnsafeMutablePointer<Float>, _ panelStride: Int
) {
  var k = 0
  while k < depth {
    // The last group first: the lanes that it writes too many belong to the first group of the next k.
    var group = (count - 1) / 8 * 8
    while group >= 0 {
      let rows = source + group * stride + k
      let target = panel + k * panelStride + group
      let (height, steps) = (min(8, count - group), min(8, depth - k))
      if rows + (height - 1) * stride + 8 <= end {
        store(turned(rows, stride, height), target, panelStride, steps)
      } else {
        store(turnedAtEnd(rows, stride, height, steps), target, panelStride, steps)
      }
      group -= 8
    }
    k += 8
  }
}

/// The columns of 8 rows of 8 floats, `stride` apart. Of fewer rows the last is taken again.
@inline(__always)
func turned(_ p: UnsafePointer<Float>, _ stride: Int, _ count: Int) -> Square {
  let p1 = p + min(1, count - 1) * stride
  let p2 = p + min(2, count - 1) * stride
  let p3 = p + min(3, count - 1) * stride
  let p4 = p + min(4, count - 1) * stride
  let p5 = p + min(5, count - 1) * stride
  let p6 = p + min(6, count - 1) * stride
  let p7 = p + min(7, count - 1) * stride
  let (c0, c1, c2, c3) = turned(pair(p, p4), pair(p1, p5), pair(p2, p6), pair(p3, p7))
  let (c4, c5, c6, c7) = turned(pair(p + 4, p4 + 4), pair(p1 + 4, p5 + 4), pair(p2 + 4, p6 + 4), pair(p3 + 4, p7 + 4))
  return (c0, c1, c2, c3, c4, c5, c6, c7)
}

/// As `turned`, where only `steps` floats of the last row may be read.
@inline(never)
private func turnedAtEnd(_ p: UnsafePointer<Float>, _ stride: Int, _ count: Int, _ steps: Int) -> Square {
  let row = { (i: Int) -> Half in
    i < count ? (p + i * stride).vector((0, steps)).lowHalf : .zero
  }
  let (r0, r1, r2, r3, r4, r5, r6, r7) = (row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7))
  let low = { (a: Half, b: Half) in Half(lowHalf: a.lowHalf, highHalf: b.lowHalf) }
  let high = { (a: Half, b: Half) in Half(lowHalf: a.highHalf, highHalf: b.highHalf) }
  let (c0, c1, c2, c3) = turned(low(r0, r4), low(r1, r5), low(r2, r6), low(r3, r7))
  let (c4, c5, c6, c7) = turned(high(r0, r4), high(r1, r5), high(r2, r6), high(r3, r7))
  return (c0, c1, c2, c3, c4, c5, c6, c7)
}

/// Four floats of one row beside four of another.
@inline(__always)
private func pair(_ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>) -> Half {
  var half = Half()
  withUnsafeMutableBytes(of: &half) { bytes in
    bytes.baseAddress!.copyMemory(from: a, byteCount: 16)
    (bytes.baseAddress! + 16).copyMemory(from: b, byteCount: 16)
  }
  return half
}

/// Turns two squares of 4 by 4, one in the low quarters, one in the high ones: processors are quick within a quarter.
@inline(__always)
private func turned(_ a: Half, _ b: Half, _ c: Half, _ d: Half) -> (Half, Half, Half, Half) {
  let abLow = Half(a[0], b[0], a[1], b[1], a[4], b[4], a[5], b[5])
  let abHigh = Half(a[2], b[2], a[3], b[3], a[6], b[6], a[7], b[7])
  let cdLow = Half(c[0], d[0], c[1], d[1], c[4], d[4], c[5], d[5])
  let cdHigh = Half(c[2], d[2], c[3], d[3], c[6], d[6], c[7], d[7])
  return (lowPairs(abLow, cdLow), highPairs(abLow, cdLow), lowPairs(abHigh, cdHigh), highPairs(abHigh, cdHigh))
}

@inline(__always)
private func lowPairs(_ a: Half, _ b: Half) -> Half { Half(a[0], a[1], b[0], b[1], a[4], a[5], b[4], b[5]) }

@inline(__always)
private func highPairs(_ a: Half, _ b: Half) -> Half { Half(a[2], a[3], b[2], b[3], a[6], a[7], b[6], b[7]) }

@inline(__always)
private func store(_ square: Square, _ p: UnsafeMutablePointer<Float>, _ stride: Int, _ count: Int) {
  write(square.0, to: p)
  if count > 1 { write(square.1, to: p + stride) }
  if count > 2 { write(square.2, to: p + 2 * stride) }
  if count > 3 { write(square.3, to: p + 3 * stride) }
  if count > 4 { write(square.4, to: p + 4 * stride) }
  if count > 5 { write(square.5, to: p + 5 * stride) }
  if count > 6 { write(square.6, to: p + 6 * stride) }
  if count > 7 { write(square.7, to: p + 7 * stride) }
}

@inline(__always)
func write(_ half: Half, to p: UnsafeMutablePointer<Float>) {
  var half = half
  UnsafeMutableRawPointer(p).copyMemory(from: &half, byteCount: 32)
}
