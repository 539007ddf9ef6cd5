import Autograd

/// A transformer's block with the normalisation before each part, as GPT-2 has it (Radford et al. 2019, section 2.3):
/// [batch, time, width] -> the same.
///
///     h = x + attention(norm(x))        y = h + down(gelu(up(norm(h))))
public struct TransformerBlock: Layer {
  private let attentionNorm: LayerNorm
  private let attention: SelfAttention
  private let feedForwardNorm: LayerNorm
  private let up: Linear
  private let down: Linear

  /// - Parameter hidden: the width between `up` and `down`; four times the block's width in GPT-2.
  public init(width: Int, heads: Int, hidden: Int, isCausal: Bool, in builder: inout ParameterBuilder) {
    attentionNorm = builder.scope("attention_norm") { LayerNorm(width: width, in: &$0) }
    attention = builder.scope("attention") {
      SelfAttention(width: width, heads: heads, isCausal: isCausal, in: &$0)
    }
    feedForwardNorm = builder.scope("feed_forward_norm") { LayerNorm(width: width, in: &$0) }
    up = builder.scope("up") { Linear(inputs: width, outputs: hidden, activation: .geluTanh, in: &$0) }
    down = builder.scope("down") { Linear(inputs: hidden, outputs: width, in: &$0) }
  }

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable {
    let attended = attention.forward(attentionNorm.forward(x, context), context)
    let (h, normalized) = feedForwardNorm.forward(attended, adding: x, context)
    return down.forward(up.forward(normalized, context), adding: h, context)
  }
}
