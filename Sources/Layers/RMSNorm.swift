import Autograd

/// Root-mean-square normalisation (Zhang and Sennrich 2019) over the last dimension: [..., width] -> [..., width].
///
/// Parameters: `weight` [width].
public struct RMSNorm: Layer {
  private let scale: Int
  private let epsilon: Float

  public init(width: Int, epsilon: Float = 1e-6, in builder: inout ParameterBuilder) {
    precondition(width > 0, "normalisation over \(width) values")
    scale = builder.parameter("weight", [width], .ones)
    self.epsilon = epsilon
  }

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable {
    x.rmsNorm(scale: context.tape.parameter(scale), epsilon: epsilon)
  }

  /// x + residual and its normalisation, computed together.
  public func forward(
    _ x: Variable, adding residual: Variable, _ context: ForwardContext
  ) -> (sum: Variable, normalized: Variable) {
    x.rmsNorm(adding: residual, scale: context.tape.parameter(scale), epsilon: epsilon)
  }
}

/// The normalisation of a transformer's block.
public enum Normalization: Layer {
  case layer(LayerNorm)
  case rms(RMSNorm)

  /// Which of them a model has.
  public enum Kind: Sendable {
    case layer(epsilon: Float)
    case rms(epsilon: Float)
  }

  public init(_ kind: Kind, width: Int, in builder: inout ParameterBuilder) {
    switch kind {
    case .layer(let epsilon): self = .layer(LayerNorm(width: width, epsilon: epsilon, in: &builder))
    case .rms(let epsilon): self = .rms(RMSNorm(width: width, epsilon: epsilon, in: &builder))
    }
  }

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable {
    switch self {
    case .layer(let norm): norm.forward(x, context)
    case .rms(let norm): norm.forward(x, context)
    }
  }

  /// x + residual and its normalisation, computed together.
  public func forward(
    _ x: Variable, adding residual: Variable, _ context: ForwardContext
  ) -> (sum: Variable, normalized: Variable) {
    switch self {
    case .layer(let norm): norm.forward(x, adding: residual, context)
    case .rms(let norm): norm.forward(x, adding: residual, context)
    }
  }
}
