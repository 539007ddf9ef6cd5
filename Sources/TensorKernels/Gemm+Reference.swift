import KernelInterface

extension ReferenceKernels {
  public func gemmWorkspaceSize(_ product: MatrixProduct) -> Int { 0 }

  public func gemm(_ product: MatrixProduct, workspace: UnsafeMutableRawPointer) {
    let (aRow, aColumn) = product.aTransposed ? (1, product.aStride) : (product.aStride, 1)
    let (bRow, bColumn) = product.bTransposed ? (1, product.bStride) : (product.bStride, 1)
    for i in 0..<product.m {
      for j in 0..<product.n {
        let c = product.c + i * product.cStride + j
        var sum = product.accumulates ? c.pointee : product.bias?[j] ?? 0
        for p in 0..<product.k {
          sum.addProduct(product.a[i * aRow + p * aColumn], product.b[p * bRow + j * bColumn])
        }
        c.pointee = sum
      }
    }
  }
}
