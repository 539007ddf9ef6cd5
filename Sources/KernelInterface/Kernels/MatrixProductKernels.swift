/// Matrix products. The rules of `Kernels` hold.
public protocol MatrixProductKernels: Sendable {
  /// Bytes of scratch memory that `gemm` needs for `product`, 64-byte aligned.
  func gemmWorkspaceSize(_ product: MatrixProduct) -> Int

  /// C = A B, or C += A B.
  ///
  /// Order: every element of C is one chain of fused multiply-adds over k ascending, beginning at the old value
  /// (`accumulates`), at the bias of its column, or at zero. So the result does not depend on how rows and columns are cut.
  func gemm(_ product: MatrixProduct, workspace: UnsafeMutableRawPointer)
}
