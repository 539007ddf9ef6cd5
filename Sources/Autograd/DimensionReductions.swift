import TensorCore

/// Reductions over some dimensions, in the order of `Tensor.sum(over:)`. Negative dimensions count from the end.
extension Variable {
  /// y = the sum of x over `dimensions`.
  ///
  ///     dx = dy, repeated along them
  public func sum(over dimensions: [Int], keepingDimensions: Bool = false) -> Variable {
    record(value.sum(over: dimensions, keepingDimensions: keepingDimensions), over: dimensions, slope: 1)
  }

  /// y = the mean of x over `dimensions`.
  ///
  ///     dx = dy / n, repeated along them, for n values in a mean
  public func mean(over dimensions: [Int], keepingDimensions: Bool = false) -> Variable {
    let y = value.mean(over: dimensions, keepingDimensions: keepingDimensions)
    return record(y, over: dimensions, slope: Float(y.count) / Float(value.count))
  }

  /// y = the mean of (x - mean of x)^2 over `dimensions`.
  public func variance(over dimensions: [Int], keepingDimensions: Bool = false) -> Variable {
    (self - mean(over: dimensions, keepingDimensions: true)).squared()
      .mean(over: dimensions, keepingDimensions: keepingDimensions)
  }

  /// y = the greatest x over `dimensions`.
  ///
  ///     dx = dy / n where x = y, for n equal greatest values; else 0
  public func maximum(over dimensions: [Int], keepingDimensions: Bool = false) -> Variable {
    let x = value
    let kept = x.maximum(over: dimensions, keepingDimensions: true)
    let y = keepingDimensions ? kept : x.maximum(over: dimensions)
    return tape.record(y, from: [self]) { dy, gradients in
      let isGreatest = x.combined(.equal, with: kept)
      let share = dy.reshaped(to: kept.shape) / isGreatest.sum(over: dimensions, keepingDimensions: true)
      gradients.write(to: self) { $0.write(.multiply, isGreatest, share) }
    }
  }

  /// Records `y`, which has the slope `slope` by each of the values over `dimensions`.
  private func record(_ y: Tensor, over dimensions: [Int], slope: Float) -> Variable {
    let kept = shape.keeping(dimensions)
    return tape.record(y, from: [self]) { dy, gradients in
      let factor = Tensor(filledWith: slope, .scalar, on: dy.backend)
      gradients.write(to: self) { $0.write(.multiply, dy.reshaped(to: kept), factor) }
    }
  }
}

extension Shape {
  /// With an extent of 1 for each of the reduced `dimensions`.
  fileprivate func keeping(_ dimensions: [Int]) -> Shape {
    var extents = self.dimensions
    for dimension in dimensions { extents[dimension < 0 ? dimension + rank : dimension] = 1 }
    return Shape(extents)
  }
}
