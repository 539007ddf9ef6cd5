import KernelInterface
import TensorCore

extension Variable {
  /// Y = activation(X W + b): X [rows, inputs], W [inputs, outputs], b [outputs] -> Y [rows, outputs].
  ///
  /// With P = X W + b:
  ///
  ///     dP = dY activation'(P)        dX = dP W^T        dW = X^T dP        db = sum of dP over the rows
  ///
  /// The activation is applied as the product is computed, and its backward adds up db in the same pass. The bits are those
  /// of `linear` and `activated` one after the other.
  public func linear(weight: Variable, bias: Variable?, activation: Activation = .identity) -> Variable {
    let x = value
    let w = tape.rightOperand(weight, rows: x.shape[0])
    let inputs = [self, weight] + (bias.map { [$0] } ?? [])
    let keepsSums = activation.slopeNeedsInput && inputs.contains(where: \.needsGradient)
    let p: Tensor
    let y: Tensor
    if keepsSums {
      (p, y) = Tensor.activatedMatrixProduct(x, w, bias: bias?.value, activation: activation)
    } else {
      y = Tensor.matrixProduct(x, w, bias: bias?.value, activation: activation)
      p = y
    }
    return tape.record(y, from: inputs) { dy, gradients in
      let dp = gradients.passBack(dy, through: activation, x: p, y: y, bias: bias)
      gradients.writeProduct(of: x, dp, to: weight)
      gradients.write(to: self) {
        $0.writeMatrixProduct(dp, tape.rightOperand(weight, transposing: true, rows: dp.shape[0]))
      }
    }
  }

  /// Y = X W + b + R: X [rows, inputs], W [inputs, outputs], b [outputs], R [rows, outputs] -> Y [rows, outputs].
  ///
  ///     dX = dY W^T        dW = X^T dY        db = sum of dY over the rows        dR = dY
  ///
  /// The residual is added as the product is computed; the bits are those of `linear` and `+` one after the other.
  public func linear(weight: Variable, bias: Variable?, residual: Variable) -> Variable {
    let x = value
    let w = tape.rightOperand(weight, rows: x.shape[0])
    let y = Tensor.matrixProduct(x, w, bias: bias?.value, residual: residual.value)
    return tape.record(y, from: [self, weight, residual] + (bias.map { [$0] } ?? [])) { dy, gradients in
      gradients.writeProduct(of: x, dy, to: weight)
      if let bias { gradients.write(to: bias) { $0.writeColumnSums(dy) } }
      gradients.write(to: self) {
        $0.writeMatrixProduct(dy, tape.rightOperand(weight, transposing: true, rows: dy.shape[0]))
      }
      gradients.pass(dy, to: residual)
    }
  }
}

extension Gradients {
  /// The gradient in front of y = activation(x), x = ... + bias, and the bias' gradient on the way.
  fileprivate mutating func passBack(
    _ dy: Tensor, through activation: Activation, x: Tensor, y: Tensor, bias: Variable?
  ) -> Tensor {
    if activation == .identity {
      if let bias { write(to: bias) { $0.writeColumnSums(dy) } }
      return dy
    }
    var dx: Tensor?
    if let bias {
      write(to: bias) { dbias in
        dx = Tensor(dy.shape, on: dy.backend) {
          $0.writeActivationGradient(activation, x: x, y: y, dy: dy, columnSums: dbias)
        }
      }
    }
    return dx ?? Tensor(dy.shape, on: dy.backend) { $0.writeActivationGradient(activation, x: x, y: y, dy: dy) }
  }
}

extension Activation {
  /// Whether activation'(x) takes x itself; for the others activation(x) does, in the place of x too: then x need not
  /// be kept.
  fileprivate var slopeNeedsInput: Bool {
    switch self {
    case .identity, .relu, .sigmoid, .tanh: false
    case .leakyReLU, .gelu, .geluTanh, .silu: true
    }
  }
}
