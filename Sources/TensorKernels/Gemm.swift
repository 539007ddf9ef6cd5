import KernelInterface

// The matrix product, for readers in this order:
//
// 0. The definition (`Gemm+Reference`): three loops.
// 1. Blocking (this file): columns are cut into blocks, then k, then rows, so that a block of op(A) stays in a near cache
//    while all panels of op(B) pass over it. A later block of k goes on from the sums in C: cutting k does not show in the bits.
// 2. Packing (`Gemm+Packing`): within a block op(A) and op(B) are copied into panels: the values of one k side by side,
//    then those of the next k. Transposed operands are turned on the way.
// 3. Tiles (`Gemm+Tile`): a panel of A times a panel of B, all sums in registers from the first k of the block to the last.
// 4. The epilogue (`Gemm+Epilogue`): residual and activation, tile by tile, behind the last block of k.
// 5. One row or a few (`Gemm+FewRows`): every value of B is used once or twice, so it is read where it lies.
//
// Each element of C sees one chain of fused multiply-adds over k ascending, whichever block and tile it falls into. Where that
// chain is to be added to C, not to begin there, it must fit one block of k: it waits in the registers of its tile.

/// The sizes of blocks, found by measurement. None of them shows in the bits.
enum BlockSize {
  /// Rows of op(A), in whole tiles. Rows times depth floats take less than half of a second-level cache (1 MiB).
  static let rows = 112 / Tile.rows * Tile.rows
  /// Columns of op(B). Columns times depth floats lie in the last cache.
  static let columns = 1024
  /// Values of k. The longer, the more seldom C is read and written: 1024 is 4% faster than 512. That a panel of op(B) then
  /// is larger than a first-level cache costs nothing, as the second level delivers it in time.
  static let depth = 1024
  /// Rows of op(B) that are asked for ahead of the one in use, where B is read in place and the processor does not see
  /// the pattern. Panels are read in the order of memory and need no asking.
  static let prefetchDistance = 16
}

extension VectorKernels {
  public func gemmWorkspaceSize(_ product: MatrixProduct) -> Int {
    isForFewRows(product) ? 0 : BlockedProduct.workspaceSize(product)
  }

  public func gemm(_ product: MatrixProduct, workspace: UnsafeMutableRawPointer) {
    if isForFewRows(product) {
      multiplyFewRows(product)
    } else {
      BlockedProduct(product, workspace: workspace).multiply()
    }
  }

  public var longestAddedSum: Int { BlockSize.depth }

  public var packedPanelColumns: Int { Tile.columns }

  public func packB(_ product: MatrixProduct, into panels: UnsafeMutablePointer<Float>) {
    packColumns(operandB(product), 0, product.n, 0, product.k, into: panels)
  }
}

/// A product and the packed blocks it works on.
private struct BlockedProduct {
  /// Where the tiles find op(B).
  private enum SourceOfB {
    /// In `product.b`: the caller packed it, or rows of B serve as they lie.
    case packed, rows
    /// In a panel that is packed when its turn comes, or in a block of them.
    case panel, block
  }

  let product: MatrixProduct
  let a: Operand
  let b: Operand
  /// Row panels of at most `Tile.rows`.
  let packedA: UnsafeMutablePointer<Float>
  /// Column panels of `Tile.columns`, or half as many where that is enough.
  let packedB: UnsafeMutablePointer<Float>
  /// A tile of C for the columns that do not fill one.
  let edge: UnsafeMutablePointer<Float>
  private let sourceOfB: SourceOfB
  private let readsAInPlace: Bool

  init(_ product: MatrixProduct, workspace: UnsafeMutableRawPointer) {
    self.product = product
    a = operand(
      product.a, stride: product.aStride, count: product.m, depth: product.k, isDepthMajor: product.aTransposed)
    b = operandB(product)
    packedA = workspace.assumingMemoryBound(to: Float.self)
    packedB = packedA + BlockedProduct.sizeOfA(product)
    edge = packedB + BlockedProduct.sizeOfB(product)
    sourceOfB = BlockedProduct.sourceOfB(product)
    // Few panels of B: each value of A is used too few times for packing to pay.
    readsAInPlace = product.aTransposed && product.n <= 2 * Tile.columns && !rowsConflict(product.aStride)
  }

  private static func sourceOfB(_ product: MatrixProduct) -> SourceOfB {
    if product.bPacked { return .packed }
    guard product.m <= BlockSize.rows else { return .block }
    if product.bTransposed { return .panel }
    return rowsConflict(product.bStride) && product.m > Tile.rows ? .block : .rows
  }

  static func workspaceSize(_ product: MatrixProduct) -> Int {
    (sizeOfA(product) + sizeOfB(product) + Tile.rows * Tile.columns) * MemoryLayout<Float>.stride
  }

  private static func sizeOfA(_ product: MatrixProduct) -> Int {
    let panels = (min(product.m, BlockSize.rows) + Tile.rows - 1) / Tile.rows
    return roundedUp(panels * sizeOfRowPanel(min(product.k, BlockSize.depth)), Vector.scalarCount)
  }

  private static func sizeOfB(_ product: MatrixProduct) -> Int {
    let depth = min(product.k, BlockSize.depth)
    switch sourceOfB(product) {
    case .packed: return 0
    case .rows, .panel: return Tile.columns * depth
    case .block: return roundedUp(min(product.n, BlockSize.columns), Tile.columns) * depth
    }
  }

  func multiply() {
    // With a panel at a time, nothing is kept from one block of columns to the next.
    let columnsAtOnce = sourceOfB == .block ? BlockSize.columns : product.n
    forEachBlock(product.n, atMost: columnsAtOnce, unit: Tile.columns) { column, columns in
      forEachBlock(product.k, atMost: BlockSize.depth, unit: 8) { k, depth in
        if sourceOfB == .block { packColumns(b, column, columns, k, depth, into: packedB) }
        forEachBlock(product.m, atMost: BlockSize.rows, unit: Tile.rows) { row, rows in
          if !readsAInPlace { packRows(a, row, rows, k, depth, into: packedA) }
          multiply(row, rows, column, columns, k, depth)
        }
      }
    }
  }

  /// Rows times columns of C, over a block of k.
  private func multiply(_ firstRow: Int, _ rows: Int, _ firstColumn: Int, _ columns: Int, _ k: Int, _ depth: Int) {
    let continues = product.accumulation == .continuingChain || k > 0
    let addsSum = product.accumulation == .addingSum
    let isComplete = k + depth == product.k && !product.epilogue.isEmpty
    forEachColumnPanel(columns) { panelColumn, width in
      let column = firstColumn + panelColumn
      let tileWidth = tileColumns(for: width)
      let (panelOfB, bStride) = panelOfB(column, panelColumn, width, k, depth)
      let bias = product.bias.map { $0 + column }
      let ahead = bStride > Tile.columns && !rowsConflict(bStride) ? BlockSize.prefetchDistance * bStride : 0
      forEachRowPanel(rows) { panel, panelRow, height in
        let row = firstRow + panelRow
        let panelOfA =
          readsAInPlace
          ? product.a + k * product.aStride + row : UnsafePointer(packedA + panel * sizeOfRowPanel(depth))
        let aStride = readsAInPlace ? product.aStride : height
        let c = product.c + row * product.cStride + column
        if width == tileWidth {
          multiplyTile(
            height, tileWidth, depth: depth, panelOfA, aStride: aStride, panelOfB, bStride: bStride, ahead: ahead,
            into: c, cStride: product.cStride, continues: continues, addsSum: addsSum, bias: bias)
        } else {
          beginEdge(c, height, width, continues: continues, bias: bias)
          multiplyTile(
            height, tileWidth, depth: depth, panelOfA, aStride: aStride, panelOfB, bStride: bStride, ahead: ahead,
            into: edge, cStride: Tile.columns, continues: true, addsSum: false, bias: nil)
          endEdge(c, height, width, addsSum: addsSum)
        }
        if isComplete { VectorKernels().finish(product, row: row, rows: height, column: column, columns: width) }
      }
    }
  }

  /// The panel of op(B) from `column` on, which is `panelColumn` of the block, and its stride from one k to the next.
  private func panelOfB(
    _ column: Int, _ panelColumn: Int, _ width: Int, _ k: Int, _ depth: Int
  ) -> (UnsafePointer<Float>, stride: Int) {
    let tileWidth = tileColumns(for: width)
    switch sourceOfB {
    case .packed: return (product.b + column * product.k + k * tileWidth, tileWidth)
    case .block: return (UnsafePointer(packedB + panelColumn * depth), tileWidth)
    case .rows where width == tileWidth: return (product.b + k * product.bStride + column, product.bStride)
    case .rows, .panel:
      packColumns(b, column, width, k, depth, into: packedB)
      return (UnsafePointer(packedB), tileWidth)
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

  private func endEdge(_ c: UnsafeMutablePointer<Float>, _ rows: Int, _ columns: Int, addsSum: Bool) {
    for row in 0..<rows {
      let c = c + row * product.cStride
      forEachVector(columns) { lanes in
        let sums = read(edge + row * Tile.columns + lanes.first)
        c.store(addsSum ? c.vector(lanes) + sums : sums, lanes)
      }
    }
  }
}

/// Rows a multiple of 2 KiB apart share few places in a cache and push each other out.
private func rowsConflict(_ stride: Int) -> Bool { stride % 512 == 0 }

private func operandB(_ product: MatrixProduct) -> Operand {
  operand(product.b, stride: product.bStride, count: product.n, depth: product.k, isDepthMajor: !product.bTransposed)
}

/// Cuts `count` into as few blocks as `size` allows, of as equal sizes as whole units allow. One empty block of nothing.
@inline(__always)
private func forEachBlock(_ count: Int, atMost size: Int, unit: Int, _ body: (_ first: Int, _ count: Int) -> Void) {
  let blocks = max(1, (count + size - 1) / max(size, 1))
  let each = roundedUp((count + blocks - 1) / blocks, unit)
  var first = 0
  repeat {
    body(first, min(each, count - first))
    first += each
  } while first < count
}

@inline(__always)
private func roundedUp(_ count: Int, _ multiple: Int) -> Int { (count + multiple - 1) / multiple * multiple }
