import KernelInterface

// The matrix product in three steps, outermost first:
//
// 1. Blocking (this file): columns are cut into blocks, then k, then rows, so that a block of op(A) stays in a near cache
//    while all panels of op(B) pass over it. A later block of k goes on from the sums in C: cutting k does not show in the bits.
// 2. Packing (`Gemm+Packing`): within a block op(A) and op(B) are copied into panels: the values of one k side by side,
//    then those of the next k. Transposed operands are turned on the way.
// 3. Tiles (`Gemm+Tile`): a panel of A times a panel of B, all sums in registers from the first k of the block to the last.
//
// Each element of C sees one chain of fused multiply-adds over k ascending, whichever block and tile it falls into.

private enum BlockSize {
  /// About 112 rows, whole tiles: a block of op(A), rows times depth, takes a quarter of a second-level cache.
  static let rows = 112 / Tile.rows * Tile.rows
  static let columns = 1024
  /// Values of k. The longer, the more seldom C is read and written.
  static let depth = 512
}

extension VectorKernels {
  public func gemmWorkspaceSize(_ product: MatrixProduct) -> Int { BlockedProduct.workspaceSize(product) }

  public func gemm(_ product: MatrixProduct, workspace: UnsafeMutableRawPointer) {
    let blocked = BlockedProduct(product, workspace: workspace)
    var column = 0
    while column < product.n {
      let columns = min(BlockSize.columns, product.n - column)
      var k = 0
      repeat {
        let depth = min(BlockSize.depth, product.k - k)
        blocked.packB(column, columns, k, depth)
        var row = 0
        while row < product.m {
          let rows = min(BlockSize.rows, product.m - row)
          blocked.packA(row, rows, k, depth)
          blocked.multiply(row, rows, column, columns, k, depth)
          row += rows
        }
        k += depth
      } while k < product.k
      column += columns
    }
  }
}

/// A product and the packed blocks it works on.
private struct BlockedProduct {
  let product: MatrixProduct
  let a: Operand
  let b: Operand
  /// Row panels of at most `Tile.rows`, `depth` times its rows each.
  let packedA: UnsafeMutablePointer<Float>
  /// Column panels of `Tile.columns`, or half as many where that is enough.
  let packedB: UnsafeMutablePointer<Float>
  /// A tile of C for the columns that do not fill one.
  let edge: UnsafeMutablePointer<Float>
  /// With few rows, a value of B is used too few times for packing to pay. Rows of B then serve as they lie.
  let readsBInPlace: Bool

  init(_ product: MatrixProduct, workspace: UnsafeMutableRawPointer) {
    self.product = product
    a = operand(
      product.a, stride: product.aStride, count: product.m, depth: product.k, isDepthMajor: product.aTransposed)
    b = operand(
      product.b, stride: product.bStride, count: product.n, depth: product.k, isDepthMajor: !product.bTransposed)
    packedA = workspace.assumingMemoryBound(to: Float.self)
    packedB = packedA + BlockedProduct.sizeOfA(product)
    edge = packedB + BlockedProduct.sizeOfB(product)
    readsBInPlace = !product.bTransposed && product.m <= BlockSize.rows
  }

  static func workspaceSize(_ product: MatrixProduct) -> Int {
    (sizeOfA(product) + sizeOfB(product) + Tile.rows * Tile.columns) * MemoryLayout<Float>.stride
  }

  /// One vector more than the panels: the last write of packing a panel may go past its end.
  private static func sizeOfA(_ product: MatrixProduct) -> Int {
    roundedUp(min(product.m, BlockSize.rows) * min(product.k, BlockSize.depth) + Vector.scalarCount, Vector.scalarCount)
  }

  private static func sizeOfB(_ product: MatrixProduct) -> Int {
    roundedUp(min(product.n, BlockSize.columns), Tile.columns) * min(product.k, BlockSize.depth)
  }

  func packB(_ firstColumn: Int, _ columns: Int, _ k: Int, _ depth: Int) {
    forEachColumnPanel(columns) { column, width in
      if readsBInPlace && width == tileColumns(for: width) { return }
      let panel = packedB + column * depth
      var part = 0
      while part < width {
        pack(
          b, firstColumn + column + part, min(Vector.scalarCount, width - part), k, depth, into: panel + part,
          stride: tileColumns(for: width))
        part += Vector.scalarCount
      }
    }
  }

  func packA(_ firstRow: Int, _ rows: Int, _ k: Int, _ depth: Int) {
    forEachRowPanel(rows) { row, height in
      pack(a, firstRow + row, height, k, depth, into: packedA + row * depth, stride: height)
    }
  }

  /// Rows times columns of C, over a block of k.
  func multiply(_ firstRow: Int, _ rows: Int, _ firstColumn: Int, _ columns: Int, _ k: Int, _ depth: Int) {
    let continues = product.accumulates || k > 0
    forEachColumnPanel(columns) { column, width in
      let tileWidth = tileColumns(for: width)
      let isInPlace = readsBInPlace && width == tileWidth
      let panelOfB =
        isInPlace ? product.b + k * product.bStride + firstColumn + column : UnsafePointer(packedB + column * depth)
      let bStride = isInPlace ? product.bStride : tileWidth
      let bias = product.bias.map { $0 + firstColumn + column }
      forEachRowPanel(rows) { row, height in
        let panelOfA = UnsafePointer(packedA + row * depth)
        let c = product.c + (firstRow + row) * product.cStride + firstColumn + column
        if width == tileWidth {
          multiplyTile(
            height, tileWidth, depth: depth, panelOfA, panelOfB, bStride: bStride, into: c, cStride: product.cStride,
            continues: continues, bias: bias)
        } else {
          beginEdge(c, height, width, continues: continues, bias: bias)
          multiplyTile(
            height, tileWidth, depth: depth, panelOfA, panelOfB, bStride: bStride, into: edge, cStride: Tile.columns,
            continues: true, bias: nil)
          endEdge(c, height, width)
        }
      }
    }
  }

  /// Copies the beginnings of the sums of a tile that is wider than what is left of C.
  private func beginEdge(
    _ c: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int, continues: Bool, bias: UnsafePointer<Float>?
  ) {
    for row in 0..<rows {
      forEachVector(columns) { lanes in
        let start = continues ? (c + row * product.cStride).vector(lanes) : bias?.vector(lanes) ?? .zero
        write(start, to: edge + row * Tile.columns + lanes.first)
      }
    }
  }

  private func endEdge(_ c: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int) {
    for row in 0..<rows {
      forEachVector(columns) { lanes in
        (c + row * product.cStride).store(read(edge + row * Tile.columns + lanes.first), lanes)
      }
    }
  }
}

/// Cuts rows into as few panels as tiles allow, of as equal heights as possible.
@inline(__always)
private func forEachRowPanel(_ rows: Int, _ body: (_ row: Int, _ height: Int) -> Void) {
  let panels = (rows + Tile.rows - 1) / Tile.rows
  var row = 0
  for panel in 0..<panels {
    let height = (rows - row + panels - panel - 1) / (panels - panel)
    body(row, height)
    row += height
  }
}

@inline(__always)
private func forEachColumnPanel(_ columns: Int, _ body: (_ column: Int, _ width: Int) -> Void) {
  var column = 0
  while column < columns {
    body(column, min(Tile.columns, columns - column))
    column += Tile.columns
  }
}

/// The columns of the narrowest tile that covers `width`.
@inline(__always)
private func tileColumns(for width: Int) -> Int { width <= Vector.scalarCount ? Vector.scalarCount : Tile.columns }

@inline(__always)
private func roundedUp(_ count: Int, _ multiple: Int) -> Int { (count + multiple - 1) / multiple * multiple }
