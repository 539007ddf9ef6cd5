import KernelInterface
import TensorCore

extension Variable {
  /// y = activation(x), element by element; see `Activation` for the functions.
  ///
  ///     dx = dy activation'(x)
  public func activated(_ activation: Activation) -> Variable {
    if activation == .identity { return self }
    let x = value
    let y = x.activated(activation)
    return tape.record(y, from: [self]) { dy, gradients in
      gradients.write(to: self) { $0.writeActivationGradient(activation, x: x, y: y, dy: dy) }
    }
  }
}
