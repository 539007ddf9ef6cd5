import TensorCore

/// Elementwise arithmetic on operands of one shape.
extension Variable {
  /// y = a + b.
  ///
  ///     da = dy        db = dy
  public static func + (a: Variable, b: Variable) -> Variable {
    a.tape.record(a.value + b.value, from: [a, b]) { dy, gradients in
      gradients.pass(dy, to: a)
      gradients.pass(dy, to: b)
    }
  }

  /// y = a - b.
  ///
  ///     da = dy        db = -dy
  public static func - (a: Variable, b: Variable) -> Variable {
    a.tape.record(a.value - b.value, from: [a, b]) { dy, gradients in
      gradients.pass(dy, to: a)
      gradients.write(to: b) { $0.write(dy, times: -1) }
    }
  }

  /// y = a b, element by element.
  ///
  ///     da = dy b        db = dy a
  public static func * (a: Variable, b: Variable) -> Variable {
    a.tape.record(a.value * b.value, from: [a, b]) { dy, gradients in
      gradients.write(to: a) { $0.writeProduct(dy, b.value) }
      gradients.write(to: b) { $0.writeProduct(dy, a.value) }
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
