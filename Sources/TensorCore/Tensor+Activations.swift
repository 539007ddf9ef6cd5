import KernelInterface

extension Tensor {
  public func activated(_ activation: Activation) -> Tensor {
    Tensor(shape, on: backend) { y in
      backend.forEachRange(of: count) { range in
        let at = range.lowerBound
        backend.kernels.activate(activation, base + at, into: y.base + at, count: range.count)
      }
    }
  }

  /// The softmax of each row.
  public func softmaxOfRows() -> Tensor {
    Tensor(shape, on: backend) { y in
      let columns = shape.columns
      backend.forEachRange(ofRows: shape.rows, columns: columns) { rows in
        let at = rows.lowerBound * columns
        backend.kernels.softmaxRows(base + at, into: y.base + at, rows: rows.count, columns: columns)
      }
    }
  }

  /// Each value is dropped with probability `rate`, drawn from `key`'s stream at the value's place; the others grow by
  /// 1 / (1 - rate).
  public func droppingOut(rate: Float, key: RandomKey) -> Tensor {
    Tensor(shape, on: backend) { $0.writeDropout(self, rate: rate, key: key) }
  }
}

extension TensorDestination {
  /// dx = dy * activation'(x), or dx += ...
  public func writeActivationGradient(_ activation: Activation, x: Tensor, y: Tensor, dy: Tensor) {
    precondition(x.shape == shape && y.shape == shape && dy.shape == shape, "\(x.shape), \(dy.shape) into \(shape)")
    backend.forEachRange(of: shape.count) { range in
      let at = range.lowerBound
      backend.kernels.activateBackward(
        activation, x: x.base + at, y: y.base + at, dy: dy.base + at, into: base + at, count: range.count,
        accumulates: accumulates)
    }
  }

  /// dx = y * (dy - sum of dy y over the row), or dx += ...
  public func writeSoftmaxGradient(y: Tensor, dy: Tensor) {
    precondition(y.shape == shape && dy.shape == shape, "\(y.shape), \(dy.shape) into \(shape)")
    let columns = shape.columns
    backend.forEachRange(ofRows: shape.rows, columns: columns) { rows in
      let at = rows.lowerBound * columns
      backend.kernels.softmaxRowsBackward(
        y: y.base + at, dy: dy.base + at, into: base + at, rows: rows.count, columns: columns,
        accumulates: accumulates)
    }
  }

  /// The mask of `Tensor.droppingOut` applied to x: forward on activations, backward on gradients.
  public func writeDropout(_ x: Tensor, rate: Float, key: RandomKey) {
    precondition(x.shape == shape, "shape \(x.shape) into \(shape)")
    precondition((0..<1).contains(rate), "a dropout rate lies in 0 ..< 1, not \(rate)")
    backend.forEachRange(of: shape.count) { range in
      let at = range.lowerBound
      backend.kernels.dropout(
        x.base + at, into: base + at, count: range.count, key: key, first: at, rate: rate, accumulates: accumulates)
    }
  }

  /// Uniform values in low ..< high, drawn from `key`'s stream.
  public func writeUniform(low: Float, high: Float, key: RandomKey) {
    precondition(!accumulates, "random values replace; this destination adds")
    backend.kernels.fillUniform(base, count: shape.count, key: key, first: 0, low: low, high: high)
  }
}
