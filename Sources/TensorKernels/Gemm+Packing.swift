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
  forEachTile(rows, atMost: Tile.rows, body)
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

/// Rows that are read at a time where the values of one k lie side by side. Meanwhile the next ones are asked for.
private var stretchLength: Int { 8 }

/// Cuts the depth into stretches, so that where the values of one k lie side by side they are read that way, a few rows
/// at a time over all panels.
@inline(__always)
private func forEachStretch(
  _ operand: Operand, _ first: Int, _ depth: Int, _ body: (_ k: Int, _ steps: Int, _ done: Int) -> Void
) {
  let length = operand.isDepthMajor ? stretchLength : max(depth, 1)
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
func pack(
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
    for k in 0..<safe {
      let row = source + k * stride + part
      prefetch(row + stretchLength * stride)
      write(read(row), to: panel + k * panelStride + part)
    }
    for k in safe..<depth {
      write((source + k * stride + part).vector((0, lanes)), to: panel + k * panelStride + part)
    }
    part += Vector.scalarCount
  }
}

// MARK: - Turning

private func transpose(
  _ source: UnsafePointer<Float>, _ stride: Int, _ end: UnsafePointer<Float>, _ count: Int, _ depth: Int,
  into panel: UnsafeMutablePointer<Float>, _ panelStride: Int
) {
  // The last group of 8 first: the lanes that it writes too many belong to the first group, which comes later.
  var group = (count - 1) / 8 * 8
  while group >= 0 {
    let rows = source + group * stride
    let target = panel + group
    let whole = depth / 8 * 8
    if rows + 7 * stride + depth <= end {
      transpose(rows, stride, whole, into: target, panelStride) { turned($0, stride) }
    } else {
      let height = min(8, count - group)
      transpose(rows, stride, whole, into: target, panelStride) { turned($0, stride, height) }
    }
    if whole < depth {
      let rest = turnedAtEnd(rows + whole, stride, min(8, count - group), depth - whole)
      store(rest, target + whole * panelStride, panelStride, depth - whole)
    }
    group -= 8
  }
}

@inline(__always)
private func transpose(
  _ rows: UnsafePointer<Float>, _ stride: Int, _ depth: Int, into target: UnsafeMutablePointer<Float>,
  _ targetStride: Int, _ turned: (UnsafePointer<Float>) -> Square
) {
  var (rows, target, left) = (rows, target, depth)
  while left > 0 {
    writeSquare(turned(rows), to: target, targetStride)
    rows += 8
    target += 8 * targetStride
    left -= 8
  }
}

/// As `turned`, where only `steps` floats of a row may be read.
@inline(never)
private func turnedAtEnd(_ p: UnsafePointer<Float>, _ stride: Int, _ count: Int, _ steps: Int) -> Square {
  let row = { (i: Int) -> Half in (p + min(i, count - 1) * stride).vector((0, steps)).lowHalf }
  return columns((row(0), row(1), row(2), row(3), row(4), row(5), row(6), row(7)))
}

@inline(__always)
private func store(_ square: Square, _ p: UnsafeMutablePointer<Float>, _ stride: Int, _ count: Int) {
  writeHalf(square.0, to: p)
  if count > 1 { writeHalf(square.1, to: p + stride) }
  if count > 2 { writeHalf(square.2, to: p + 2 * stride) }
  if count > 3 { writeHalf(square.3, to: p + 3 * stride) }
  if count > 4 { writeHalf(square.4, to: p + 4 * stride) }
  if count > 5 { writeHalf(square.5, to: p + 5 * stride) }
  if count > 6 { writeHalf(square.6, to: p + 6 * stride) }
  if count > 7 { writeHalf(square.7, to: p + 7 * stride) }
}
