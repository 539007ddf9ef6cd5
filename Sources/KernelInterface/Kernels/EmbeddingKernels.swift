/// Rows of a table, by number. The rules of `Kernels` hold.
public protocol EmbeddingKernels: Sendable {
  /// y[i, :] = table[ids[i], :] for i in 0 ..< count; every row has `width` floats.
  func gatherRows(
    _ table: UnsafePointer<Float>, ids: UnsafePointer<Int32>, into y: UnsafeMutablePointer<Float>, count: Int,
    width: Int)
  /// Columns `columns` of `scatter`, so that threads can share one: see `RowScatter`.
  ///
  /// Order: each element of the table is a chain of additions over its positions ascending, beginning at the old value
  /// (`accumulates`) or at zero.
  func scatterAddRows(_ scatter: RowScatter, columns: Range<Int>)
}
