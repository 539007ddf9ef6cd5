import Layers

/// Llama 3 (Llama Team, "The Llama 3 herd of models", 2024): rotary positions, RMS normalisation in front, SwiGLU, and key and
/// value heads that several query heads share. Without biases.
///
/// Parameters: `tokens.weight` [vocabulary, width], `blocks.i` as in `TransformerBlock`, with `feed_forward` as in
/// `GatedFeedForward`, `norm.weight` [width], and `head.weight` [vocabulary, width] unless it is the token embedding.
public struct Llama: Codable, Hashable, Sendable {
  /// Token ids are below it.
  public var vocabulary: Int
  /// The longest sequence.
  public var context: Int
  public var layers: Int
  public var heads: Int
  /// Divides `heads`.
  public var keyValueHeads: Int
  public var headSize: Int
  public var width: Int
  /// The width inside the feed-forward part.
  public var hidden: Int
  /// Pair i of a head turns by base^(-2 i / headSize) radians a position.
  public var rotaryBase: Double
  public var rotaryScaling: RotaryEmbedding.Scaling?
  /// What RMS normalisation adds to the mean of squares.
  public var epsilon: Float
  /// Whether the head is the token embedding once more.
  public var tiesHead: Bool
  /// The share of the embeddings and of each block's contributions that is dropped while training, in 0 ..< 1.
  public var dropout: Float

  /// - Parameters:
  ///   - keyValueHeads: `nil`: as many as heads.
  ///   - headSize: `nil`: the heads share the width.
  public init(
    vocabulary: Int, context: Int, layers: Int, heads: Int, keyValueHeads: Int? = nil, headSize: Int? = nil, width: Int,
    hidden: Int, rotaryBase: Double = 500_000, rotaryScaling: RotaryEmbedding.Scaling? = nil, epsilon: Float = 1e-5,
    tiesHead: Bool = false, dropout: Float = 0
  ) {
    precondition(
      vocabulary > 0 && context > 0 && layers > 0, "a Llama of \(layers) layers for \(context) of \(vocabulary) tokens")
    self.vocabulary = vocabulary
    self.context = context
    self.layers = layers
    self.heads = heads
    self.keyValueHeads = keyValueHeads ?? heads
    self.headSize = headSize ?? width / heads
    self.width = width
    self.hidden = hidden
    self.rotaryBase = rotaryBase
    self.rotaryScaling = rotaryScaling
    self.epsilon = epsilon
    self.tiesHead = tiesHead
    self.dropout = dropout
  }

  public func makeModel(_ options: ModelOptions = ModelOptions()) -> Model {
    var builder = options.makeBuilder()
    let start = TransformerBlock.Start.gpt2(layers: layers)
    let network = makeDecoder(options, start, in: &builder) { builder in
      builder.scope("feed_forward") {
        GatedFeedForward(width: width, hidden: hidden, activation: .silu, start: start, in: &$0)
      }
    }
    return Model(network, options, builder, description: "Llama of \(sizesDescription)")
  }

  /// The network but for the blocks' feed-forward parts.
  func makeDecoder(
    _ options: ModelOptions, _ start: TransformerBlock.Start, in builder: inout ParameterBuilder,
    feedForward: (inout ParameterBuilder) -> any FeedForward
  ) -> CausalDecoder {
    var attention = SelfAttention.Design(
      width: width, heads: heads, keyValueHeads: keyValueHeads, headSize: headSize, isCausal: true)
    attention.hasBias = false
    attention.rotary = RotaryEmbedding(headSize: headSize, base: rotaryBase, scaling: rotaryScaling)
    return CausalDecoder(
      CausalDecoder.Design(
        vocabulary: vocabulary, context: context, layers: layers, width: width, norm: .rms(epsilon: epsilon),
        tiesHead: tiesHead, dropout: dropout),
      options: options, in: &builder
    ) {
      TransformerBlock(
        attention: attention, norm: .rms(epsilon: epsilon), dropout: dropout, start: start, in: &$0,
        feedForward: feedForward)
    }
  }

  var sizesDescription: String {
    let rate = dropout > 0 ? ", dropout \(dropout)" : ""
    return "\(layers) x \(width), \(heads) heads over \(keyValueHeads), hidden \(hidden), context \(context), "
      + "vocabulary \(vocabulary)\(rate)"
  }
}
