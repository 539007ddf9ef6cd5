/// Matrix products. The rules of `Kernels` hold.
public protocol MatrixProductKernels: Sendable {
  /// Bytes of scratch memory that `gemm` needs for `product`, 64-byte aligned.
  func gemmWorkspaceSize(_ product: MatrixProduct) -> Int

  /// C = A B, or C += A B, and the epilogue.
  ///
  /// Order: every element of C is one chain of fused multiply-adds over k ascending, beginning at the old value
  /// (`continuingChain`), at the bias of its column, or at zero; with `addingSum` the old value is added to the chain's end.
  /// So the result does not depend on how rows and columns are cut.
  func gemm(_ product: MatrixProduct, workspace: UnsafeMutableRawPointer)

  /// The greatest k with which `gemm` can add sums to C: of a longer chain, a part would have to wait in the place of C.
  var longestAddedSum: Int { get }

  /// The columns of a panel of packed B. Packed B takes k floats for each column, the columns counted in whole panels.
  var packedPanelColumns: Int { get }

  /// Copies op(B) of `product` into the panels that `gemm` works on; A and C are not looked at. Column c goes to
  /// `panels + c * k` and onwards, so columns cut at whole panels can be packed by several threads.
  func packB(_ product: MatrixProduct, into panels: UnsafeMutablePointer<Float>)

  /// The backward of bias and activation in one pass over a part of the columns:
  ///
  ///     dx[r, c] = dy[r, c] * activation'(x[r, c])        sums[c] = sum over r of dx[r, c]
  ///
  /// added to `sums` where `accumulates`. x, y = activation(x), dy and dx have rows of `stride` floats. The sums are chains
  /// over r ascending, as `ReductionKernels.columnSums`.
  func activateBackward(
    _ activation: Activation, x: UnsafePointer<Float>, y: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>, rows: Int, columns: Int, stride: Int,
    accumulates: Bool)
}
