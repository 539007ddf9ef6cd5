import Autograd

/// Attention, then a feed-forward part, each with a residual connection and a normalisation: [batch, time, width] -> the same.
///
///     arrangement     f: attention, then the feed-forward part
///     before          x + f(norm(x))        GPT-2 (Radford et al. 2019, section 2.3), Llama
///     after           x + norm(f(x))        OLMo 2 (OLMo Team 2025, section 3.2)
///     afterSum        norm(x + f(x))        the first transformer (Vaswani et al. 2017), BERT
///
/// Parameters: `attention_norm`, `attention`, `feed_forward_norm`, and those of the feed-forward part.
public struct TransformerBlock: Layer {
  public enum Arrangement: Sendable {
    case before, after, afterSum
  }

  private let attentionNorm: Normalization
  private let attention: SelfAttention
  private let attentionDropout: Dropout?
  private let feedForwardNorm: Normalization
  private let feedForward: any FeedForward
  private let feedForwardDropout: Dropout?
  private let arrangement: Arrangement

  /// - Parameters:
  ///   - dropout: the share of what attention and the feed-forward part give that is dropped before it is added.
  ///   - feedForward: makes that part.
  public init(
    attention design: SelfAttention.Design, norm: Normalization.Kind, arrangement: Arrangement = .before,
    dropout: Float = 0, start: Start = .byInputs, in builder: inout ParameterBuilder,
    feedForward makeFeedForward: (inout ParameterBuilder) -> any FeedForward
  ) {
    attentionNorm = builder.scope("attention_norm") { Normalization(norm, width: design.width, in: &$0) }
    attention = builder.scope("attention") { SelfAttention(design, start: start, in: &$0) }
    attentionDropout = dropout > 0 ? Dropout(rate: dropout, in: &builder) : nil
    feedForwardNorm = builder.scope("feed_forward_norm") { Normalization(norm, width: design.width, in: &$0) }
    feedForward = makeFeedForward(&builder)
    feedForwardDropout = dropout > 0 ? Dropout(rate: dropout, in: &builder) : nil
    self.arrangement = arrangement
  }

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable { forward(x, bias: nil, context) }

  /// - Parameter bias: added to the scores of attention, [heads, time, time]: relative positions.
  public func forward(_ x: Variable, bias: Variable?, _ context: ForwardContext) -> Variable {
    switch arrangement {
    case .before:
      let attended = dropped(
        attention.forward(attentionNorm.forward(x, context), bias: bias, context), attentionDropout, context)
      let (h, normalized) = feedForwardNorm.forward(attended, adding: x, context)
      guard let feedForwardDropout else { return feedForward.forward(normalized, adding: h, context) }
      return dropped(feedForward.forward(normalized, context), feedForwardDropout, context) + h
    case .after:
      let attended = attentionNorm.forward(attention.forward(x, bias: bias, context), context)
      let h = dropped(attended, attentionDropout, context) + x
      let fed = feedForwardNorm.forward(feedForward.forward(h, context), context)
      return dropped(fed, feedForwardDropout, context) + h
    case .afterSum:
      let attended = dropped(attention.forward(x, bias: bias, context), attentionDropout, context)
      let h = attentionNorm.forward(attended, adding: x, context).normalized
      let fed = dropped(feedForward.forward(h, context), feedForwardDropout, context)
      return feedForwardNorm.forward(fed, adding: h, context).normalized
    }
  }

  private func dropped(_ x: Variable, _ dropout: Dropout?, _ context: ForwardContext) -> Variable {
    dropout?.forward(x, context) ?? x
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

    public init(weight: Initializer? = nil, residualWeight: Initializer? = nil, bias: Initializer? = nil) {
      self.weight = weight
      self.residualWeight = residualWeight
      self.bias = bias
    }

    /// Normal with deviation 0.02, divided by sqrt(2 layers) where results are added up, so that the sum over the layers
    /// does not grow with their number; biases 0. Radford et al. 2019, section 2.3.
    public static func gpt2(layers: Int) -> Start {
      Start(
        weight: .normal(deviation: 0.02),
        residualWeight: .normal(deviation: 0.02 / Float(2 * layers).squareRoot()), bias: .zeros)
    }

    /// Normal with one deviation everywhere; biases 0. BERT (Devlin et al. 2019).
    public static func normal(deviation: Float) -> Start {
      Start(
        weight: .normal(deviation: deviation), residualWeight: .normal(deviation: deviation), bias: .zeros)
    }
  }
}
