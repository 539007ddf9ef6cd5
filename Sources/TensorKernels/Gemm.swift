import KernelInterface

extension VectorKernels {
  public func gemmWorkspaceSize(_ product: MatrixProduct) -> Int { 0 }

  public func gemm(_ product: MatrixProduct, workspace: UnsafeMutableRawPointer) {
    let (aRow, aColumn) = product.aTransposed ? (1, product.aStride) : (product.aStride, 1)
    for i in 0..<product.m {
      let row = product.c + i * product.cStride
      for j in 0..<product.n where !product.accumulates { row[j] = product.bias?[j] ?? 0 }
      for p in 0..<product.k {
        let a = product.a[i * aRow + p * aColumn]
        if product.bTransposed {
          for j in 0..<product.n { row[j].addProduct(a, product.b[p + j * product.bStride]) }
        } else {
          addScaled(product.b + p * product.bStride, by: a, to: row, count: product.n)
        }
      }
    }
  }
}
