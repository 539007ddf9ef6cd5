import KernelInterface

extension TensorDestination {
  /// The backward of y = activation(x), x = ... + bias, in one pass over rows of columns:
  ///
  ///     dx = dy activation'(x)        dbias[c] = sum over r of dx[r, c], or dbias[c] += ...
  ///
  /// dx replaces what is here. Each sum is a chain over r ascending, as `writeColumnSums`; threads cut columns.
  public func writeActivationGradient(
    _ activation: Activation, x: Tensor, y: Tensor, dy: Tensor, columnSums dbias: TensorDestination
  ) {
    precondition(x.shape == shape && y.shape == shape && dy.shape == shape, "\(x.shape), \(dy.shape) into \(shape)")
    precondition(dbias.shape.count == shape.columns, "column sums of \(shape) into \(dbias.shape)")
    precondition(!accumulates, "the gradient in front of the activation replaces; this destination adds")
    let (rows, columns) = (shape.rows, shape.columns)
    // Columns that make a whole number of cache lines, and enough work for a thread.
    let parts = max(1, min(backend.threads.size, columns / 64, rows * columns / 65_536))
    backend.threads.run(parts) { part in
      let range = Backend.range(part, of: parts, count: columns, unit: 16)
      let at = range.lowerBound
      backend.kernels.activateBackward(
        activation, x: x.base + at, y: y.base + at, dy: dy.base + at, into: base + at, sums: dbias.base + at,
        rows: rows, columns: range.count, stride: columns, accumulates: dbias.accumulates)
    }
    withExtendedLifetime((x, y, dy, dbias, self)) {}
  }
}
