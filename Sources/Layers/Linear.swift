import Autograd
import TensorCore

/// Y = X W + b on each row: [..., inputs] -> [..., outputs].
///
/// Parameters: `weight` [inputs, outputs] and, unless left out, `bias` [outputs].
public struct Linear: Layer {
  private let weight: Int
  private let bias: Int?

  /// - Parameter weight: how the weight begins. By default weight and bias are uniform within 1 / sqrt(inputs), the
  ///   practice described by LeCun, Bottou, Orr and Müller, "Efficient BackProp", 1998, and the default of PyTorch.
  public init(
    inputs: Int, outputs: Int, hasBias: Bool = true, weight: Initializer? = nil, in builder: inout ParameterBuilder
  ) {
    precondition(inputs > 0 && outputs > 0, "a linear layer from \(inputs) to \(outputs) features")
    let byInputs = Initializer.uniform(bound: 1 / Float(inputs).squareRoot())
    self.weight = builder.parameter("weight", [inputs, outputs], weight ?? byInputs)
    bias = hasBias ? builder.parameter("bias", [outputs], byInputs) : nil
  }

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable {
    let rows = x.reshaped(to: [x.shape.rows, x.shape.columns])
    let y = rows.linear(weight: context.tape.parameter(weight), bias: bias.map(context.tape.parameter))
    return y.reshaped(to: Shape(x.shape.dimensions.dropLast() + [y.shape.columns]))
  }
}
