import Autograd

/// Layer normalisation (Ba, Kiros and Hinton 2016) over the last dimension: [..., width] -> [..., width].
///
/// Parameters: `weight` and `bias` [width].
public struct LayerNorm: Layer {
  private let scale: Int
  private let shift: Int
  private let epsilon: Float

  public init(width: Int, epsilon: Float = 1e-5, in builder: inout ParameterBuilder) {
    precondition(width > 0, "layer normalisation over \(width) values")
    scale = builder.parameter("weight", [width], .ones)
    shift = builder.parameter("bias", [width], .zeros)
    self.epsilon = epsilon
  }

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable {
    x.layerNorm(scale: context.tape.parameter(scale), shift: context.tape.parameter(shift), epsilon: epsilon)
  }

  /// x + residual and its normalisation, computed together.
  public func forward(
    _ x: Variable, adding residual: Variable, _ context: ForwardContext
  ) -> (sum: Variable, normalized: Variable) {
    x.layerNorm(
      adding: residual, scale: context.tape.parameter(scale), shift: context.tape.parameter(shift), epsilon: epsilon)
  }
}
