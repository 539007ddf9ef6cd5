import KernelInterface

/// Elementwise arithmetic by NumPy's broadcasting rules, see `Shape.broadcast(with:)`.
extension Tensor {
  public static func + (a: Tensor, b: Tensor) -> Tensor { a.combined(.add, with: b) }
  public static func - (a: Tensor, b: Tensor) -> Tensor { a.combined(.subtract, with: b) }
  public static func * (a: Tensor, b: Tensor) -> Tensor { a.combined(.multiply, with: b) }
  public static func / (a: Tensor, b: Tensor) -> Tensor { a.combined(.divide, with: b) }

  public func combined(_ operation: BinaryOperation, with other: Tensor) -> Tensor {
    guard let common = shape.broadcast(with: other.shape) else {
      preconditionFailure("\(operation) of \(shape) and \(other.shape): the shapes do not broadcast")
    }
    return Tensor(common, on: backend) { $0.write(operation, self, other) }
  }
}

extension TensorDestination {
  /// y = operation(a, b), or y += ..., where a and b broadcast to the shape of y.
  public func write(_ operation: BinaryOperation, _ a: Tensor, _ b: Tensor) {
    guard shape.count > 0 else { return }
    var nest = LoopNest(
      extents: shape.dimensions,
      steps: [a.shape.strides(broadcastTo: shape), b.shape.strides(broadcastTo: shape), shape.strides])
    let columns = nest.remove(nest.extents.indices.last, blocks: 3)
    let rows = nest.remove(nest.extents.indices.last, blocks: 3)
    let loop = BroadcastLoop(
      operation: operation, a: a.base, b: b.base, destination: self, outer: nest, rows: rows, columns: columns)
    if rows.extent * nest.count < backend.threads.size {
      for row in 0..<rows.extent * nest.count {
        backend.forEachRange(of: columns.extent) { loop.compute(rows: row..<row + 1, columns: $0) }
      }
    } else {
      backend.forEachRange(ofRows: rows.extent * nest.count, columns: columns.extent) {
        loop.compute(rows: $0, columns: 0..<columns.extent)
      }
    }
    withExtendedLifetime((a, b, storage)) {}
  }
}

private struct BroadcastLoop {
  let operation: BinaryOperation
  let a: UnsafePointer<Float>
  let b: UnsafePointer<Float>
  let destination: TensorDestination
  let outer: LoopNest
  let rows: (extent: Int, steps: [Int])
  let columns: (extent: Int, steps: [Int])

  /// A range of columns of a range of all rows, those of the outer loops included.
  func compute(rows range: Range<Int>, columns part: Range<Int>) {
    var row = range.lowerBound
    while row < range.upperBound {
      let (iteration, first) = row.quotientAndRemainder(dividingBy: rows.extent)
      let count = min(rows.extent - first, range.upperBound - row)
      let offset = { block in
        outer.offset(block, at: iteration) + first * rows.steps[block] + part.lowerBound * columns.steps[block]
      }
      // Rows of y lie `columns` apart, so a part of the columns is taken of one row only.
      destination.backend.kernels.combine(
        operation, StridedMatrix(base: a + offset(0), rowStride: rows.steps[0], columnStride: columns.steps[0]),
        StridedMatrix(base: b + offset(1), rowStride: rows.steps[1], columnStride: columns.steps[1]),
        into: destination.base + offset(2), rows: count, columns: part.count, accumulates: destination.accumulates)
      row += count
    }
  }
}
