import KernelInterface

func probeProducts(_ kernels: any Kernels, _ digest: inout Digest) {
  for (m, n, k) in [(1, 1, 1), (1, 90, 43), (3, 40, 11), (13, 10, 40), (64, 33, 300), (29, 60, 17)] {
    for transposition in 0..<4 {
      let (aTransposed, bTransposed) = (transposition & 1 == 1, transposition & 2 == 2)
      for (isPacked, addsSum) in [(false, false), (true, false), (false, true), (true, true)] {
        digest.add(product(m, n, k, aTransposed, bTransposed, isPacked: isPacked, addsSum: addsSum, kernels))
      }
    }
  }
  let (x, dy) = (made(21), made(22))
  var (y, dx, sums) = (made(23), made(24), made(25))
  kernels.activate(.gelu, x, into: &y, count: x.count)
  kernels.activateBackward(
    .gelu, x: x, y: y, dy: dy, into: &dx, sums: &sums, rows: 17, columns: 50, stride: 59, accumulates: true)
  digest.add(dx + sums)
}

/// C and the activated C, or C with the product added to it.
private func product(
  _ m: Int, _ n: Int, _ k: Int, _ aTransposed: Bool, _ bTransposed: Bool, isPacked: Bool, addsSum: Bool,
  _ kernels: any Kernels
) -> [Float] {
  let (a, b, bias, residual) = (made(18, 20_000), made(19, 30_000), made(20, n), made(26, m * n))
  var (c, y, panels) = (made(21, m * n), made(27, m * n), made(28, (n + 31) / 32 * 32 * k))
  a.withUnsafeBufferPointer { a in
    b.withUnsafeBufferPointer { b in
      bias.withUnsafeBufferPointer { bias in
        residual.withUnsafeBufferPointer { residual in
          withMutable(&c, &y) { c, activated in
            var product = MatrixProduct(
              m: m, n: n, k: k, a: a.baseAddress!, aStride: aTransposed ? m : k, aTransposed: aTransposed,
              b: b.baseAddress!, bStride: bTransposed ? k : n, bTransposed: bTransposed, c: c, cStride: n,
              bias: bias.baseAddress!)
            if addsSum {
              product.bias = nil
              product.accumulation = .addingSum
            } else {
              (product.epilogue.residual, product.epilogue.residualStride) = (residual.baseAddress!, n)
              product.epilogue.activation = .geluTanh
              product.epilogue.activated = activated
            }
            run(product, isPacked, panels: &panels, kernels)
          }
        }
      }
    }
  }
  return c + y
}

private func run(
  _ product: MatrixProduct, _ isPacked: Bool, panels: UnsafeMutablePointer<Float>, _ kernels: any Kernels
) {
  var product = product
  if isPacked {
    kernels.packB(product, into: panels)
    product.b = UnsafePointer(panels)
    product.bPacked = true
  }
  let workspace = UnsafeMutableRawPointer.allocate(byteCount: kernels.gemmWorkspaceSize(product), alignment: 64)
  kernels.gemm(product, workspace: workspace)
  workspace.deallocate()
}

private func withMutable(
  _ a: inout [Float], _ b: inout [Float],
  _ body: (UnsafeMutablePointer<Float>, UnsafeMutablePointer<Float>) -> Void
) {
  a.withUnsafeMutableBufferPointer { a in b.withUnsafeMutableBufferPointer { b in body(a.baseAddress!, b.baseAddress!) }
  }
}
