import KernelInterface

/// Functions of each element.
extension Tensor {
  public func evaluated(_ function: ElementaryFunction) -> Tensor {
    Tensor(shape, on: backend) { y in
      backend.forEachRange(of: count) { range in
        let at = range.lowerBound
        backend.kernels.evaluate(function, base + at, into: y.base + at, count: range.count)
      }
    }
  }

  /// x^exponent, see `Kernels.power`.
  public func raised(to exponent: Float) -> Tensor {
    Tensor(shape, on: backend) { y in
      backend.forEachRange(of: count) { range in
        let at = range.lowerBound
        backend.kernels.power(base + at, exponent, into: y.base + at, count: range.count)
      }
    }
  }
}
