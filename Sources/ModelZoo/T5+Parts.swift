import Autograd
import KernelInterface
import Layers
import TensorCore

extension T5 {
  /// How the maps of a block begin (Raffel et al. 2020, in their published code): the scores are not divided by sqrt(headSize), so
  /// queries begin smaller by it.
  fileprivate var attentionStart: TransformerBlock.Start {
    let (byWidth, bySize) = (1 / Float(width).squareRoot(), 1 / Float(headSize).squareRoot())
    return TransformerBlock.Start(
      weight: .normalColumns(first: heads * headSize, deviation: byWidth * bySize, rest: byWidth),
      residualWeight: .normal(deviation: 1 / Float(heads * headSize).squareRoot()))
  }

  fileprivate func makeFeedForward(_ builder: inout ParameterBuilder) -> GatedFeedForward {
    builder.scope("feed_forward") {
      GatedFeedForward(
        width: width, hidden: hidden, activation: .geluTanh,
        start: TransformerBlock.Start(
          weight: .normal(deviation: 1 / Float(width).squareRoot()),
          residualWeight: .normal(deviation: 1 / Float(hidden).squareRoot())), in: &$0)
    }
  }

  fileprivate func attentionDesign(isCausal: Bool) -> SelfAttention.Design {
    var design = SelfAttention.Design(width: width, heads: heads, headSize: headSize, isCausal: isCausal)
    design.hasBias = false
    design.scale = 1
    return design
  }

  fileprivate func makePositionBias(isCausal: Bool, in builder: inout ParameterBuilder) -> RelativePositionBias {
    builder.scope("position_bias") {
      RelativePositionBias(
        buckets: buckets, maximumDistance: maximumDistance, heads: heads, isCausal: isCausal,
        start: .normal(deviation: 1 / Float(width).squareRoot()), in: &$0)
    }
  }

  /// Blocks that read both ways, and a normalisation.
  struct Encoder: Sendable {
    private let positionBias: RelativePositionBias
    private let dropout: Dropout?
    private let blocks: [TransformerBlock]
    private let norm: RMSNorm
    private let recomputes: Bool

    init(_ sizes: T5, _ options: ModelOptions, in builder: inout ParameterBuilder) {
      positionBias = sizes.makePositionBias(isCausal: false, in: &builder)
      dropout = sizes.dropout > 0 ? Dropout(rate: sizes.dropout, in: &builder) : nil
      var blocks: [TransformerBlock] = []
      for index in 0..<sizes.encoderLayers {
        blocks.append(
          builder.scope("blocks.\(index)") {
            TransformerBlock(
              attention: sizes.attentionDesign(isCausal: false), norm: .rms(epsilon: sizes.epsilon),
              dropout: sizes.dropout, start: sizes.attentionStart, in: &$0, feedForward: sizes.makeFeedForward)
          })
      }
      self.blocks = blocks
      norm = builder.scope("norm") { RMSNorm(width: sizes.width, epsilon: sizes.epsilon, in: &$0) }
      recomputes = options.recomputesBlocks
    }

    func forward(_ x: Variable, visibleKeys: VisibleKeys, _ context: ForwardContext) -> Variable {
      var context = context
      context.visibleKeys = visibleKeys
      let bias = positionBias.bias(time: x.shape[1], context)
      var y = dropout?.forward(x, context) ?? x
      for block in blocks {
        y = context.running([y, bias], recomputing: recomputes) { block.forward($0[0], bias: $0[1], $1) }
      }
      y = norm.forward(y, context)
      return dropout?.forward(y, context) ?? y
    }
  }

  /// Causal blocks that also read what the encoder gave, and a normalisation.
  struct Decoder: Sendable {
    private let positionBias: RelativePositionBias
    private let dropout: Dropout?
    private let blocks: [Block]
    private let norm: RMSNorm
    private let recomputes: Bool

    init(_ sizes: T5, _ options: ModelOptions, in builder: inout ParameterBuilder) {
      positionBias = sizes.makePositionBias(isCausal: true, in: &builder)
      dropout = sizes.dropout > 0 ? Dropout(rate: sizes.dropout, in: &builder) : nil
      var blocks: [Block] = []
      for index in 0..<sizes.decoderLayers {
        blocks.append(builder.scope("blocks.\(index)") { Block(sizes, in: &$0) })
      }
      self.blocks = blocks
      norm = builder.scope("norm") { RMSNorm(width: sizes.width, epsilon: sizes.epsilon, in: &$0) }
      recomputes = options.recomputesBlocks
    }

    func forward(
      _ x: Variable, over source: Variable, visibleKeys: VisibleKeys, _ context: ForwardContext
    ) -> Variable {
      let bias = positionBias.bias(time: x.shape[1], context)
      var y = dropout?.forward(x, context) ?? x
      for block in blocks {
        y = context.running([y, bias, source], recomputing: recomputes) {
          block.forward($0[0], bias: $0[1], over: $0[2], visibleKeys: visibleKeys, $1)
        }
      }
      y = norm.forward(y, context)
      return dropout?.forward(y, context) ?? y
    }
  }

  /// x + attention(norm(x)), then + crossAttention(norm(.)), then + feedForward(norm(.)).
  fileprivate struct Block: Sendable {
    private let attentionNorm: RMSNorm
    private let attention: SelfAttention
    private let crossAttentionNorm: RMSNorm
    private let crossAttention: CrossAttention
    private let feedForwardNorm: RMSNorm
    private let feedForward: GatedFeedForward
    private let dropouts: [Dropout]

    init(_ sizes: T5, in builder: inout ParameterBuilder) {
      func norm(_ name: String, _ builder: inout ParameterBuilder) -> RMSNorm {
        builder.scope(name) { RMSNorm(width: sizes.width, epsilon: sizes.epsilon, in: &$0) }
      }
      let start = sizes.attentionStart
      let byWidth = 1 / Float(sizes.width).squareRoot()
      attentionNorm = norm("attention_norm", &builder)
      attention = builder.scope("attention") {
        SelfAttention(sizes.attentionDesign(isCausal: true), start: start, in: &$0)
      }
      crossAttentionNorm = norm("cross_attention_norm", &builder)
      crossAttention = builder.scope("cross_attention") {
        CrossAttention(
          width: sizes.width, heads: sizes.heads, headSize: sizes.headSize, scale: 1,
          queryStart: .normal(deviation: byWidth / Float(sizes.headSize).squareRoot()),
          start: TransformerBlock.Start(
            weight: .normal(deviation: byWidth), residualWeight: start.residualWeight), in: &$0)
      }
      feedForwardNorm = norm("feed_forward_norm", &builder)
      feedForward = sizes.makeFeedForward(&builder)
      var dropouts: [Dropout] = []
      if sizes.dropout > 0 { for _ in 0..<3 { dropouts.append(Dropout(rate: sizes.dropout, in: &builder)) } }
      self.dropouts = dropouts
    }

    func forward(
      _ x: Variable, bias: Variable, over source: Variable, visibleKeys: VisibleKeys, _ context: ForwardContext
    ) -> Variable {
      func dropped(_ x: Variable, _ place: Int) -> Variable {
        dropouts.isEmpty ? x : dropouts[place].forward(x, context)
      }
      let attended = dropped(attention.forward(attentionNorm.forward(x, context), bias: bias, context), 0)
      let (h, normalized) = crossAttentionNorm.forward(attended, adding: x, context)
      let crossed = dropped(
        crossAttention.forward(normalized, over: source, visibleKeys: visibleKeys, context), 1)
      let (g, last) = feedForwardNorm.forward(crossed, adding: h, context)
      return g + dropped(feedForward.forward(last, context), 2)
    }
  }
}
