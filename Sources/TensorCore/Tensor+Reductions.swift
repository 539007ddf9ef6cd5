import KernelInterface

extension Tensor {
  /// Values that one partial sum covers. Part of the order of summation, so it never depends on the machine.
  private static let reductionChunk = 4_096

  /// The sum of all values: one partial sum for every 4,096 values (see `Kernels.sum`), added in order.
  public func sum() -> Float {
    var total: Float = 0
    for chunk in chunks { total += backend.kernels.sum(base + chunk.lowerBound, count: chunk.count) }
    withExtendedLifetime(storage) {}
    return total
  }

  /// The sum of all squares in Float64, in the order of `sum`.
  public func sumOfSquares() -> Double {
    let chunks = chunks
    var partial = [Double](repeating: 0, count: chunks.count)
    partial.withUnsafeMutableBufferPointer { partial in
      // The invariant of this unchecked capture: each thread writes the partial sums of its own chunks only.
      nonisolated(unsafe) let partial = partial
      backend.forEachRange(ofRows: chunks.count, columns: Self.reductionChunk) { range in
        for index in range {
          let chunk = chunks[index]
          partial[index] = backend.kernels.sumOfSquares(base + chunk.lowerBound, count: chunk.count)
        }
      }
    }
    withExtendedLifetime(storage) {}
    return partial.reduce(0, +)
  }

  private var chunks: [Range<Int>] {
    stride(from: 0, to: count, by: Self.reductionChunk).map { $0..<min($0 + Self.reductionChunk, count) }
  }

  /// For each row, the column of its greatest value; the first of equals.
  public func argmaxRows() -> [Int32] {
    [Int32](unsafeUninitializedCapacity: shape.rows) { indices, initialized in
      if let first = indices.baseAddress {
        backend.kernels.argmaxRows(base, into: first, rows: shape.rows, columns: shape.columns)
      }
      initialized = shape.rows
      withExtendedLifetime(storage) {}
    }
  }
}
