import TensorCore

/// Elementwise arithmetic. Operands are broadcast by NumPy's rules (`Shape.broadcast(with:)`); the gradient of an operand that was
/// is summed over the dimensions along which it was repeated, in the order of `Tensor.sum(over:)`.
extension Variable {
  /// y = a + b.
  ///
  ///     da = dy        db = dy
  public static func + (a: Variable, b: Variable) -> Variable {
    a.tape.record(a.value + b.value, from: [a, b]) { dy, gradients in
      gradients.passSum(dy, to: a)
      gradients.passSum(dy, to: b)
    }
  }

  /// y = a - b.
  ///
  ///     da = dy        db = -dy
  public static func - (a: Variable, b: Variable) -> Variable {
    a.tape.record(a.value - b.value, from: [a, b]) { dy, gradients in
      gradients.passSum(dy, to: a)
      gradients.writeSum(to: b, shape: dy.shape) { $0.write(dy, times: -1) }
    }
  }

  /// y = a b, element by element.
  ///
  ///     da = dy b        db = dy a
  public static func * (a: Variable, b: Variable) -> Variable {
    a.tape.record(a.value * b.value, from: [a, b]) { dy, gradients in
      gradients.writeSum(to: a, shape: dy.shape) { $0.write(.multiply, dy, b.value) }
      gradients.writeSum(to: b, shape: dy.shape) { $0.write(.multiply, dy, a.value) }
    }
  }

  /// y = a / b, element by element.
  ///
  ///     da = dy / b        db = -dy y / b
  public static func / (a: Variable, b: Variable) -> Variable {
    let y = a.value / b.value
    return a.tape.record(y, from: [a, b]) { dy, gradients in
      gradients.writeSum(to: a, shape: dy.shape) { $0.write(.divide, dy, b.value) }
      gradients.writeSum(to: b, shape: dy.shape) { $0.write(.divide, -1 * (dy * y), b.value) }
    }
  }

  /// y = factor x.
  ///
  ///     dx = factor dy
  public static func * (factor: Float, x: Variable) -> Variable {
    x.tape.record(factor * x.value, from: [x]) { dy, gradients in
      gradients.write(to: x) { $0.write(dy, times: factor) }
    }
  }
}

extension Gradients {
  /// The gradient of `variable` grows by `gradient`, summed over the dimensions along which the variable was repeated.
  fileprivate mutating func passSum(_ gradient: Tensor, to variable: Variable) {
    if gradient.shape == variable.shape {
      pass(gradient, to: variable)
    } else {
      write(to: variable) { $0.writeSum(broadcast: gradient) }
    }
  }

  /// As `write(to:)`, where `write` has the result's shape; what it writes is summed if the variable was repeated.
  fileprivate mutating func writeSum(to variable: Variable, shape: Shape, _ write: (TensorDestination) -> Void) {
    if shape == variable.shape {
      self.write(to: variable, write)
    } else {
      self.write(to: variable) { $0.writeSum(broadcast: Tensor(shape, on: $0.backend, writtenBy: write)) }
    }
  }
}
