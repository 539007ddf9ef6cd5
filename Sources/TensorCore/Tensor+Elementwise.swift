import KernelInterface

extension Tensor {
  public static func * (factor: Float, x: Tensor) -> Tensor {
    Tensor(x.shape, on: x.backend) { y in
      x.backend.forEachRange(of: x.count) { range in
        let at = range.lowerBound
        x.backend.kernels.scale(x.base + at, by: factor, into: y.base + at, count: range.count)
      }
    }
  }

  /// Each row plus `row`: x[..., c] + row[c].
  public func addingRow(_ row: Tensor) -> Tensor {
    precondition(row.count == shape.columns, "a row of shape \(row.shape) on shape \(shape)")
    return Tensor(shape, on: backend) { y in
      let columns = shape.columns
      backend.forEachRange(ofRows: shape.rows, columns: columns) { rows in
        let at = rows.lowerBound * columns
        backend.kernels.addRow(row.base, to: base + at, into: y.base + at, rows: rows.count, columns: columns)
      }
    }
  }
}

extension TensorDestination {
  /// y = x, or y += x: whether this goes on from y or adds a whole result to it is the same here.
  public func write(_ x: Tensor) {
    precondition(x.shape == shape, "shape \(x.shape) into \(shape)")
    backend.forEachRange(of: shape.count) { range in
      let at = range.lowerBound
      if accumulation != .replacing {
        backend.kernels.add(base + at, x.base + at, into: base + at, count: range.count)
      } else {
        (base + at).update(from: x.base + at, count: range.count)
      }
    }
  }

  /// y = factor x, or y += factor x.
  public func write(_ x: Tensor, times factor: Float) {
    precondition(x.shape == shape, "shape \(x.shape) into \(shape)")
    backend.forEachRange(of: shape.count) { range in
      let at = range.lowerBound
      if accumulates {
        backend.kernels.addScaled(x.base + at, by: factor, to: base + at, count: range.count)
      } else {
        backend.kernels.scale(x.base + at, by: factor, into: base + at, count: range.count)
      }
    }
  }

  /// y = a b elementwise, or y += a b.
  public func writeProduct(_ a: Tensor, _ b: Tensor) {
    precondition(a.shape == shape && b.shape == shape, "\(a.shape) * \(b.shape) into \(shape)")
    backend.forEachRange(of: shape.count) { range in
      let at = range.lowerBound
      if accumulates {
        backend.kernels.addProduct(a.base + at, b.base + at, to: base + at, count: range.count)
      } else {
        backend.kernels.multiply(a.base + at, b.base + at, into: base + at, count: range.count)
      }
    }
  }
}
