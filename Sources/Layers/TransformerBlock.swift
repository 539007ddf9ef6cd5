import Autograd

/// A transformer's block with the normalisation before each part, as GPT-2 has it (Radford et al. 2019, section 2.3):
/// [batch, time, width] -> the same.
///
///     h = x + attention(norm(x))        y = h + down(gelu(up(norm(h))))
public struct TransformerBlock: Layer {
  private let attentionNorm: LayerNorm
  private let attention: SelfAttention
  private let attentionDropout: Dropout?
  private let feedForwardNorm: LayerNorm
  private let up: Linear
  private let down: Linear
  private let feedForwardDropout: Dropout?

  /// - Parameters:
  ///   - hidden: the width between `up` and `down`; four times the block's width in GPT-2.
  ///   - dropout: the share of what attention and `down` give that is dropped before it is added.
  public init(
    width: Int, heads: Int, hidden: Int, isCausal: Bool, dropout: Float = 0, start: Start = .byInputs,
    in builder: inout ParameterBuilder
  ) {
    attentionNorm = builder.scope("attention_norm") { LayerNorm(width: width, in: &$0) }
    attention = builder.scope("attention") {
      SelfAttention(width: width, heads: heads, isCausal: isCausal, start: start, in: &$0)
    }
    attentionDropout = dropout > 0 ? Dropout(rate: dropout, in: &builder) : nil
    feedForwardNorm = builder.scope("feed_forward_norm") { LayerNorm(width: width, in: &$0) }
    up = builder.scope("up") {
      Linear(inputs: width, outputs: hidden, activation: .geluTanh, weight: start.weight, bias: start.bias, in: &$0)
    }
    down = builder.scope("down") {
      Linear(inputs: hidden, outputs: width, weight: start.residualWeight, bias: start.bias, in: &$0)
    }
    feedForwardDropout = dropout > 0 ? Dropout(rate: dropout, in: &builder) : nil
  }

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable {
    var attended = attention.forward(attentionNorm.forward(x, context), context)
    if let attentionDropout { attended = attentionDropout.forward(attended, context) }
    let (h, normalized) = feedForwardNorm.forward(attended, adding: x, context)
    let hidden = up.forward(normalized, context)
    guard let feedForwardDropout else { return down.forward(hidden, adding: h, context) }
    return feedForwardDropout.forward(down.forward(hidden, context), context) + h
  }
}

extension TransformerBlock {
  /// How the linear maps of a block begin; `nil`: as `Linear`'s do by default.
  public struct Start: Sendable {
    public var weight: Initializer?
    /// Of the two maps whose results are added to what went around them.
    public var residualWeight: Initializer?
    public var bias: Initializer?

    public static let byInputs = Start()

    /// Normal with deviation 0.02, divided by sqrt(2 layers) where results are added up, so that the sum over the layers
    /// does not grow with their number; biases 0. Radford et al. 2019, section 2.3.
    public static func gpt2(layers: Int) -> Start {
      Start(
        weight: .normal(deviation: 0.02),
        residualWeight: .normal(deviation: 0.02 / Float(2 * layers).squareRoot()), bias: .zeros)
    }
  }
}
