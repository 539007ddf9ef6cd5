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

/// A square of 8 by 8.
@inline(__always)
private func transposeTile(
  _ x: UnsafePointer<Float>, _ xStride: Int, _ y: UnsafeMutablePointer<Float>, _ yStride: Int, accumulates: Bool
) {
  var square = turned(x, xStride)
  if accumulates { square = sums(square, readSquare(y, yStride)) }
  writeSquare(square, to: y, yStride)
}

@inline(__always)
private func readSquare(_ p: UnsafePointer<Float>, _ stride: Int) -> Square {
  (
    readHalf(p), readHalf(p + stride), readHalf(p + 2 * stride), readHalf(p + 3 * stride),
    readHalf(p + 4 * stride), readHalf(p + 5 * stride), readHalf(p + 6 * stride), readHalf(p + 7 * stride)
  )
}

@inline(__always)
private func sums(_ a: Square, _ b: Square) -> Square {
  (a.0 + b.0, a.1 + b.1, a.2 + b.2, a.3 + b.3, a.4 + b.4, a.5 + b.5, a.6 + b.6, a.7 + b.7)
}
