import KernelInterface

extension Tensor {
  /// op(A) op(B) + bias, where op transposes if asked: [m, k] [k, n] -> [m, n].
  ///
  /// Every element is one chain of fused multiply-adds over k ascending that begins at the bias or zero.
  public static func matrixProduct(
    _ a: Tensor, _ b: Tensor, transposingA: Bool = false, transposingB: Bool = false, bias: Tensor? = nil
  ) -> Tensor {
    let m = transposingA ? a.shape[-1] : a.shape[0]
    let n = transposingB ? b.shape[0] : b.shape[-1]
    return Tensor([m, n], on: a.backend) { c in
      c.writeMatrixProduct(a, b, transposingA: transposingA, transposingB: transposingB, bias: bias)
    }
  }
}

extension TensorDestination {
  /// C = op(A) op(B) + bias, or C += op(A) op(B): see `Tensor.matrixProduct`.
  public func writeMatrixProduct(
    _ a: Tensor, _ b: Tensor, transposingA: Bool = false, transposingB: Bool = false, bias: Tensor? = nil
  ) {
    precondition(
      a.shape.rank == 2 && b.shape.rank == 2 && shape.rank == 2, "matrices wanted: \(a.shape) x \(b.shape) -> \(shape)")
    let (m, k) = transposingA ? (a.shape[1], a.shape[0]) : (a.shape[0], a.shape[1])
    let (inner, n) = transposingB ? (b.shape[1], b.shape[0]) : (b.shape[0], b.shape[1])
    precondition(
      k == inner && shape == [m, n],
      "\(a.shape)\(transposingA ? "^T" : "") x \(b.shape)\(transposingB ? "^T" : "") -> \(shape): the shapes do not fit"
    )
    precondition(bias == nil || !accumulates, "a bias is where a sum begins; this one begins at the old values")
    precondition(bias.map { $0.count == n } ?? true, "a bias of shape \(bias?.shape ?? []) for \(n) columns")
    let product = MatrixProduct(
      m: m, n: n, k: k,
      a: a.base, aStride: a.shape[1], aTransposed: transposingA,
      b: b.base, bStride: b.shape[1], bTransposed: transposingB,
      c: base, cStride: n, accumulates: accumulates, bias: bias?.base)
    withExtendedLifetime((a, b, bias, self)) { product.run(on: backend) }
  }
}

extension MatrixProduct {
  /// Multiply-adds below which a second thread costs more than it brings.
  private static let smallest = 1 << 18

  /// Cuts C into bands, one a thread, along its longer side, and computes them side by side.
  ///
  /// Where it is cut does not show in the result: no element's sum is cut.
  func run(on backend: Backend) {
    let work = m * n * max(k, 1)
    let cutsColumns = n >= m
    let unit = cutsColumns ? 32 : 12
    let bands = min(backend.threads.size, (max(m, n) + unit - 1) / unit, max(1, work / Self.smallest))
    guard bands > 1 else { return compute(on: backend) }
    backend.threads.run(bands) { band in
      let range = Backend.range(band, of: bands, count: max(m, n), unit: unit)
      let part = cutsColumns ? columns(range) : rows(range)
      part.compute(on: backend)
    }
  }

  private func compute(on backend: Backend) {
    let floats = (backend.kernels.gemmWorkspaceSize(self) + 3) / 4
    let workspace = backend.pool.allocate(floats)
    withExtendedLifetime(workspace) {
      backend.kernels.gemm(self, workspace: UnsafeMutableRawPointer(workspace.base))
    }
  }
}
