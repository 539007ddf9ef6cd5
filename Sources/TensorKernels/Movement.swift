import KernelInterface

extension VectorKernels {
  public func copyRows(
    _ x: UnsafePointer<Float>, xStride: Int, into y: UnsafeMutablePointer<Float>, yStride: Int,
    rows: Int, columns: Int, accumulates: Bool
  ) {
    for r in 0..<rows {
      let (x, y) = (x + r * xStride, y + r * yStride)
      if columns == 1 {
        y[0] = accumulates ? y[0] + x[0] : x[0]
      } else if accumulates {
        forEachVector(columns) { y.store(y.vector($0) + x.vector($0), $0) }
      } else {
        forEachVector(columns) { y.store(x.vector($0), $0) }
      }
    }
  }

  /// In tiles of 16 rows and 8 columns: a tile's row of y is one cache line.
  public func transpose(
    _ x: UnsafePointer<Float>, xStride: Int, into y: UnsafeMutablePointer<Float>, yStride: Int,
    rows: Int, columns: Int, accumulates: Bool
  ) {
    let tiledColumns = columns & ~7
    var r = 0
    while r < rows {
      let height = min(16, rows - r)
      let (band, target) = (x + r * xStride, y + r)
      let tiledHeight = height & ~7
      var c = 0
      while c < tiledColumns {
        var top = 0
        while top < tiledHeight {
          transposeTile(
            band + top * xStride + c, xStride, target + c * yStride + top, yStride, accumulates: accumulates)
          top += 8
        }
        c += 8
      }
      transposeEdge(
        band + tiledHeight * xStride, xStride, target + tiledHeight, yStride, rows: height - tiledHeight,
        columns: tiledColumns, accumulates: accumulates)
      transposeEdge(
        band + tiledColumns, xStride, target + tiledColumns * yStride, yStride, rows: height,
        columns: columns - tiledColumns, accumulates: accumulates)
      r += height
    }
  }
}

@inline(__always)
private func transposeEdge(
  _ x: UnsafePointer<Float>, _ xStride: Int, _ y: UnsafeMutablePointer<Float>, _ yStride: Int,
  rows: Int, columns: Int, accumulates: Bool
) {
  for c in 0..<columns {
    for r in 0..<rows {
      let value = x[r * xStride + c]
      y[c * yStride + r] = accumulates ? y[c * yStride + r] + value : value
    }
  }
}

private typealias Row = SIMD8<Float>

/// 8 rows of 8: neighbouring rows are interleaved, then pairs of rows, then the halves of four.
@inline(__always)
private func transposeTile(
  _ x: UnsafePointer<Float>, _ xStride: Int, _ y: UnsafeMutablePointer<Float>, _ yStride: Int, accumulates: Bool
) {
  let upper = transposeFour(x, xStride)
  let lower = transposeFour(x + 4 * xStride, xStride)
  @inline(__always)
  func store(_ column: Int, _ values: Row) {
    let target = y + column * yStride
    writeRow(accumulates ? readRow(target) + values : values, to: target)
  }
  store(0, Row(lowHalf: upper.0.lowHalf, highHalf: lower.0.lowHalf))
  store(1, Row(lowHalf: upper.1.lowHalf, highHalf: lower.1.lowHalf))
  store(2, Row(lowHalf: upper.2.lowHalf, highHalf: lower.2.lowHalf))
  store(3, Row(lowHalf: upper.3.lowHalf, highHalf: lower.3.lowHalf))
  store(4, Row(lowHalf: upper.0.highHalf, highHalf: lower.0.highHalf))
  store(5, Row(lowHalf: upper.1.highHalf, highHalf: lower.1.highHalf))
  store(6, Row(lowHalf: upper.2.highHalf, highHalf: lower.2.highHalf))
  store(7, Row(lowHalf: upper.3.highHalf, highHalf: lower.3.highHalf))
}

/// Of 4 rows: columns 0 and 4, 1 and 5, 2 and 6, 3 and 7.
@inline(__always)
private func transposeFour(_ x: UnsafePointer<Float>, _ xStride: Int) -> (Row, Row, Row, Row) {
  let (a, b, c, d) = (readRow(x), readRow(x + xStride), readRow(x + 2 * xStride), readRow(x + 3 * xStride))
  let (abLow, cdLow) = (interleaveLow(a, b), interleaveLow(c, d))
  let (abHigh, cdHigh) = (interleaveHigh(a, b), interleaveHigh(c, d))
  return (
    joinLowPairs(abLow, cdLow), joinHighPairs(abLow, cdLow), joinLowPairs(abHigh, cdHigh),
    joinHighPairs(abHigh, cdHigh)
  )
}

// Within each half of the row, as the processor's instructions work.

@inline(__always)
private func interleaveLow(_ a: Row, _ b: Row) -> Row { Row(a[0], b[0], a[1], b[1], a[4], b[4], a[5], b[5]) }

@inline(__always)
private func interleaveHigh(_ a: Row, _ b: Row) -> Row { Row(a[2], b[2], a[3], b[3], a[6], b[6], a[7], b[7]) }

@inline(__always)
private func joinLowPairs(_ a: Row, _ b: Row) -> Row { Row(a[0], a[1], b[0], b[1], a[4], a[5], b[4], b[5]) }

@inline(__always)
private func joinHighPairs(_ a: Row, _ b: Row) -> Row { Row(a[2], a[3], b[2], b[3], a[6], a[7], b[6], b[7]) }

@inline(__always)
private func readRow(_ p: UnsafePointer<Float>) -> Row {
  var row = Row()
  copyRow(from: p, to: &row)
  return row
}

@inline(__always)
private func writeRow(_ row: Row, to p: UnsafeMutablePointer<Float>) {
  var row = row
  copyRow(from: &row, to: p)
}

@inline(__always)
private func copyRow(from source: UnsafeRawPointer, to target: UnsafeMutableRawPointer) {
  target.copyMemory(from: source, byteCount: 32)
}
