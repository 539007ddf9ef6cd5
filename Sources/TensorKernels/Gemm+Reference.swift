import KernelInterface

extension ReferenceKernels {
  public func gemmWorkspaceSize(_ product: MatrixProduct) -> Int { 0 }

  /// The definition: three loops.
  public func gemm(_ product: MatrixProduct, workspace: UnsafeMutableRawPointer) {
    let (aRow, aColumn) = product.aTransposed ? (1, product.aStride) : (product.aStride, 1)
    let (bRow, bColumn) =
      product.bPacked ? (1, product.k) : product.bTransposed ? (1, product.bStride) : (product.bStride, 1)
    for i in 0..<product.m {
      for j in 0..<product.n {
        let c = product.c + i * product.cStride + j
        var sum = product.accumulation == .continuingChain ? c.pointee : product.bias?[j] ?? 0
        for p in 0..<product.k {
          sum.addProduct(product.a[i * aRow + p * aColumn], product.b[p * bRow + j * bColumn])
        }
        c.pointee = product.accumulation == .addingSum ? c.pointee + sum : sum
        finish(product, i, j)
      }
    }
  }

  private func finish(_ product: MatrixProduct, _ i: Int, _ j: Int) {
    let epilogue = product.epilogue
    let c = product.c + i * product.cStride + j
    if let residual = epilogue.residual { c.pointee += residual[i * epilogue.residualStride + j] }
    let y = epilogue.activated.map { $0 + i * product.cStride + j } ?? c
    activate(epilogue.activation, c, into: y, count: 1)
  }

  public var longestAddedSum: Int { .max }

  /// One column is a panel: packed B is the transposed matrix.
  public var packedPanelColumns: Int { 1 }

  public func packB(_ product: MatrixProduct, into panels: UnsafeMutablePointer<Float>) {
    let (row, column) = product.bTransposed ? (1, product.bStride) : (product.bStride, 1)
    for j in 0..<product.n {
      for p in 0..<product.k { panels[j * product.k + p] = product.b[p * row + j * column] }
    }
  }

  public func activateBackward(
    _ activation: Activation, x: UnsafePointer<Float>, y: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int,
    accumulates: Bool
  ) {
    for c in 0..<columns {
      var sum = accumulates ? sums[c] : 0
      for r in 0..<rows {
        let at = r * stride + c
        activateBackward(activation, x: x + at, y: y + at, dy: dy + at, into: dx + at, count: 1, accumulates: false)
        sum += dx[at]
      }
      sums[c] = sum
    }
  }
}
