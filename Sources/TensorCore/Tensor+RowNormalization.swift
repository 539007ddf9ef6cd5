import KernelInterface

/// LayerNorm and RMSNorm over the last dimension of [..., width].
extension Tensor {
  /// y[..., c] = (x[..., c] - mean) / deviation * scale[c] + shift[c]; see `RowNormalization.Kind` for the two.
  ///
  /// - Returns: y, and the statistics [rows, 2] that its gradient needs: mean and 1 / deviation of each row.
  public func rowsNormalized(
    _ kind: RowNormalization.Kind, scale: Tensor, shift: Tensor?, epsilon: Float
  ) -> (y: Tensor, statistics: Tensor) {
    checkWidth(of: scale, shift)
    let statistics = Tensor([shape.rows, 2], on: backend) { _ in }
    let y = Tensor(shape, on: backend) { y in
      backend.forEachRange(ofRows: shape.rows, columns: shape.columns) { rows in
        let at = rows.lowerBound * shape.columns
        backend.kernels.normalizeRows(
          RowNormalization(kind, rows, scale: scale, statistics: statistics), base + at, shift: shift?.base,
          epsilon: epsilon, into: y.base + at)
      }
    }
    withExtendedLifetime((self, scale, shift)) {}
    return (y, statistics)
  }

  /// sum = x + residual and y = the sum's rows normalised, in one pass: what stands between two blocks of a transformer.
  public func rowsNormalized(
    _ kind: RowNormalization.Kind, adding residual: Tensor, scale: Tensor, shift: Tensor?, epsilon: Float
  ) -> (sum: Tensor, y: Tensor, statistics: Tensor) {
    precondition(residual.shape == shape, "\(shape) + \(residual.shape): the shapes differ")
    checkWidth(of: scale, shift)
    let statistics = Tensor([shape.rows, 2], on: backend) { _ in }
    let y = Tensor(shape, on: backend) { _ in }
    let sum = Tensor(shape, on: backend) { sum in
      backend.forEachRange(ofRows: shape.rows, columns: shape.columns) { rows in
        let at = rows.lowerBound * shape.columns
        backend.kernels.addAndNormalizeRows(
          RowNormalization(kind, rows, scale: scale, statistics: statistics), base + at, residual.base + at,
          sum: sum.base + at, shift: shift?.base, epsilon: epsilon, into: y.storage.base + at)
      }
    }
    withExtendedLifetime((self, residual, scale, shift)) {}
    return (sum, y, statistics)
  }

  private func checkWidth(of scale: Tensor, _ shift: Tensor?) {
    precondition(
      shape.rank >= 1 && scale.count == shape.columns && shift.map { $0.count == shape.columns } ?? true,
      "a scale \(scale.shape) and a shift \(shift?.shape ?? scale.shape) for the last dimension of \(shape)")
  }
}

extension TensorDestination {
  /// Rows whose contributions to the gradients of scale and shift are one chain. Part of the order of summation, so it
  /// never depends on the machine.
  private static let rowChunk = 64

  /// dx of `rowsNormalized`, or dx += ..., and on the way the gradients of scale and shift, in one pass over x and dy.
  ///
  /// - Parameter known: a part of the gradient of x that lies elsewhere, to be added.
  /// - Returns: the sums of dy (x - mean) / deviation and of dy over every 64 rows, each [chunks, width]: their column
  ///   sums are the gradients of scale and shift.
  public func writeRowNormalizationGradient(
    _ kind: RowNormalization.Kind, x: Tensor, statistics: Tensor, scale: Tensor, dy: Tensor, adding known: Tensor?
  ) -> (scale: Tensor, shift: Tensor) {
    precondition(
      x.shape == shape && dy.shape == shape && known.map { $0.shape == shape } ?? true,
      "\(x.shape), \(dy.shape) into \(shape)")
    precondition(
      scale.count == shape.columns && statistics.count == 2 * shape.rows,
      "a scale \(scale.shape) and statistics \(statistics.shape) for the rows of \(shape)")
    precondition(known == nil || !accumulates, "one known part of the gradient, not two")
    let (rows, width) = (shape.rows, shape.columns)
    let chunks = (rows + Self.rowChunk - 1) / Self.rowChunk
    let (scaleSums, shiftSums) = (
      Tensor([chunks, width], on: backend) { _ in }, Tensor([chunks, width], on: backend) { _ in }
    )
    let old = known?.base ?? (accumulates ? UnsafePointer(base) : nil)
    backend.forEachRange(ofRows: chunks, columns: Self.rowChunk * width) { range in
      for chunk in range {
        let rows = chunk * Self.rowChunk..<min((chunk + 1) * Self.rowChunk, rows)
        let at = rows.lowerBound * width
        backend.kernels.normalizeRowsBackward(
          RowNormalization(kind, rows, scale: scale, statistics: statistics), x: x.base + at, dy: dy.base + at,
          adding: old.map { $0 + at }, into: base + at, scaleGradient: scaleSums.storage.base + chunk * width,
          shiftGradient: shiftSums.storage.base + chunk * width)
      }
    }
    withExtendedLifetime((x, statistics, scale, dy, known, storage)) {}
    return (scaleSums, shiftSums)
  }
}

extension RowNormalization {
  /// The rows of a range. The statistics' memory is written by the forward pass that made them, and only read later.
  fileprivate init(_ kind: Kind, _ rows: Range<Int>, scale: Tensor, statistics: Tensor) {
    self.init(
      kind, rows: rows.count, width: scale.count, scale: scale.base,
      statistics: statistics.storage.base + statistics.offset + 2 * rows.lowerBound)
  }
}
