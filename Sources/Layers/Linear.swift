import Autograd
import KernelInterface
import TensorCore

/// Y = activation(X W + b) on each row: [..., inputs] -> [..., outputs].
///
/// Parameters: `weight` [inputs, outputs] and, unless left out, `bias` [outputs]; those of an adapter where the builder gives one.
public struct Linear: Layer {
  private let weight: Int
  private let bias: Int?
  private let activation: Activation
  private let adapter: LowRankAdapter?

  /// - Parameters:
  ///   - weight: how the weight begins. By default weight and bias are uniform within 1 / sqrt(inputs), the practice
  ///     described by LeCun, Bottou, Orr and Müller, "Efficient BackProp", 1998, and the default of PyTorch.
  ///   - bias: how the bias begins.
  public init(
    inputs: Int, outputs: Int, hasBias: Bool = true, activation: Activation = .identity, weight: Initializer? = nil,
    bias: Initializer? = nil, in builder: inout ParameterBuilder
  ) {
    precondition(inputs > 0 && outputs > 0, "a linear layer from \(inputs) to \(outputs) features")
    let byInputs = Initializer.uniform(bound: 1 / Float(inputs).squareRoot())
    self.weight = builder.parameter("weight", [inputs, outputs], weight ?? byInputs)
    self.bias = hasBias ? builder.parameter("bias", [outputs], bias ?? byInputs) : nil
    self.activation = activation
    adapter = builder.adapter(inputs: inputs, outputs: outputs)
  }

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable {
    let rows = rows(of: x)
    let (weight, bias) = (context.tape.parameter(weight), bias.map(context.tape.parameter))
    guard let adapter else {
      let y = rows.linear(weight: weight, bias: bias, activation: activation)
      return y.reshaped(to: shape(of: x, columns: y.shape.columns))
    }
    let y = (rows.linear(weight: weight, bias: bias) + adapter.forward(rows, context)).activated(activation)
    return y.reshaped(to: shape(of: x, columns: y.shape.columns))
  }

  /// X W + b + residual. Not with an activation.
  public func forward(_ x: Variable, adding residual: Variable, _ context: ForwardContext) -> Variable {
    precondition(activation == .identity, "a residual is added to X W + b, not to its \(activation)")
    let rows = rows(of: x)
    var y = rows.linear(
      weight: context.tape.parameter(weight), bias: bias.map(context.tape.parameter), residual: self.rows(of: residual))
    if let adapter { y = y + adapter.forward(rows, context) }
    return y.reshaped(to: shape(of: x, columns: y.shape.columns))
  }

  private func rows(of x: Variable) -> Variable { x.reshaped(to: [x.shape.rows, x.shape.columns]) }

  private func shape(of x: Variable, columns: Int) -> Shape { Shape(x.shape.dimensions.dropLast() + [columns]) }
}
