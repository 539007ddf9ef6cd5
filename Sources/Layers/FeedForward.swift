import Autograd
import KernelInterface

/// The part of a transformer's block that each position goes through by itself: [..., width] -> [..., width].
public protocol FeedForward: Layer {
  /// Its result and a residual.
  func forward(_ x: Variable, adding residual: Variable, _ context: ForwardContext) -> Variable
}

extension FeedForward {
  public func forward(_ x: Variable, adding residual: Variable, _ context: ForwardContext) -> Variable {
    residual + forward(x, context)
  }
}

/// down(activation(up(x))), as the first transformers have it (Vaswani et al. 2017, section 3.3).
///
/// Parameters: `up` [width, hidden], `down` [hidden, width], both with bias.
public struct PlainFeedForward: FeedForward {
  private let up: Linear
  private let down: Linear

  public init(
    width: Int, hidden: Int, activation: Activation, start: TransformerBlock.Start = .byInputs,
    in builder: inout ParameterBuilder
  ) {
    up = builder.scope("up") {
      Linear(
        inputs: width, outputs: hidden, activation: activation, weight: start.weight, bias: start.bias, in: &$0)
    }
    down = builder.scope("down") {
      Linear(inputs: hidden, outputs: width, weight: start.residualWeight, bias: start.bias, in: &$0)
    }
  }

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable {
    down.forward(up.forward(x, context), context)
  }

  public func forward(_ x: Variable, adding residual: Variable, _ context: ForwardContext) -> Variable {
    down.forward(up.forward(x, context), adding: residual, context)
  }
}

/// down(activation(gate(x)) up(x)): with SiLU SwiGLU, with GELU GEGLU. Shazeer, "GLU variants improve transformer", 2020.
///
/// Parameters: `gate_up` [width, 2 hidden], the gates first; `down` [hidden, width]; no biases.
public struct GatedFeedForward: FeedForward {
  private let gateAndUp: Linear
  private let down: Linear
  private let activation: Activation

  public init(
    width: Int, hidden: Int, activation: Activation, start: TransformerBlock.Start = .byInputs,
    in builder: inout ParameterBuilder
  ) {
    gateAndUp = builder.scope("gate_up") {
      Linear(inputs: width, outputs: 2 * hidden, hasBias: false, weight: start.weight, in: &$0)
    }
    down = builder.scope("down") {
      Linear(inputs: hidden, outputs: width, hasBias: false, weight: start.residualWeight, in: &$0)
    }
    self.activation = activation
  }

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable {
    down.forward(gated(x, context), context)
  }

  public func forward(_ x: Variable, adding residual: Variable, _ context: ForwardContext) -> Variable {
    down.forward(gated(x, context), adding: residual, context)
  }

  private func gated(_ x: Variable, _ context: ForwardContext) -> Variable {
    let both = gateAndUp.forward(x, context)
    let hidden = both.shape[-1] / 2
    let gate = both.sliced(dimension: -1, range: 0..<hidden).activated(activation)
    return gate * both.sliced(dimension: -1, range: hidden..<2 * hidden)
  }
}
