import TensorCore

/// Functions of each element.
extension Variable {
  /// y = e^x.
  ///
  ///     dx = dy y
  public func exp() -> Variable {
    let y = value.evaluated(.exp)
    return tape.record(y, from: [self]) { dy, gradients in
      gradients.write(to: self) { $0.writeProduct(dy, y) }
    }
  }

  /// y = the natural logarithm of x.
  ///
  ///     dx = dy / x
  public func log() -> Variable {
    let x = value
    return tape.record(x.evaluated(.log), from: [self]) { dy, gradients in
      gradients.write(to: self) { $0.write(.divide, dy, x) }
    }
  }

  /// y = sqrt x.
  ///
  ///     dx = dy / (2 y)
  public func squareRoot() -> Variable {
    let y = value.evaluated(.squareRoot)
    return tape.record(y, from: [self]) { dy, gradients in
      gradients.write(to: self) { $0.write(.divide, dy, 2 * y) }
    }
  }

  /// y = x^2.
  ///
  ///     dx = 2 x dy
  public func squared() -> Variable {
    let x = value
    return tape.record(x * x, from: [self]) { dy, gradients in
      gradients.write(to: self) { $0.writeProduct(dy, 2 * x) }
    }
  }

  /// y = x^p, see `Kernels.power`.
  ///
  ///     dx = dy p x^(p - 1)
  public func raised(to exponent: Float) -> Variable {
    let x = value
    return tape.record(x.raised(to: exponent), from: [self]) { dy, gradients in
      gradients.write(to: self) { $0.writeProduct(dy, exponent * x.raised(to: exponent - 1)) }
    }
  }
}
