import Layers

/// OLMo 2 (OLMo Team, "2 OLMo 2 Furious", 2025): as Llama, but each part's result is normalised instead of its input, and so are
/// queries and keys, over all heads together.
///
/// Parameters: as Llama's, with `attention.query_norm.weight` and `attention.key_norm.weight` in each block.
public struct OLMo2: Codable, Hashable, Sendable {
  /// Token ids are below it.
  public var vocabulary: Int
  /// The longest sequence.
  public var context: Int
  public var layers: Int
  public var heads: Int
  /// Divides `heads`.
  public var keyValueHeads: Int
  /// Shared by the heads.
  public var width: Int
  /// The width inside the feed-forward part.
  public var hidden: Int
  /// Pair i of a head turns by base^(-2 i / headSize) radians a position.
  public var rotaryBase: Double
  /// What RMS normalisation adds to the mean of squares.
  public var epsilon: Float
  /// Whether the head is the token embedding once more.
  public var tiesHead: Bool
  /// The share of the embeddings and of each block's contributions that is dropped while training, in 0 ..< 1.
  public var dropout: Float

  /// - Parameter keyValueHeads: `nil`: as many as heads.
  public init(
    vocabulary: Int, context: Int, layers: Int, heads: Int, keyValueHeads: Int? = nil, width: Int, hidden: Int,
    rotaryBase: Double = 500_000, epsilon: Float = 1e-6, tiesHead: Bool = false, dropout: Float = 0
  ) {
    precondition(
      vocabulary > 0 && context > 0 && layers > 0, "OLMo 2 of \(layers) layers for \(context) of \(vocabulary) tokens")
    self.vocabulary = vocabulary
    self.context = context
    self.layers = layers
    self.heads = heads
    self.keyValueHeads = keyValueHeads ?? heads
    self.width = width
    self.hidden = hidden
    self.rotaryBase = rotaryBase
    self.epsilon = epsilon
    self.tiesHead = tiesHead
    self.dropout = dropout
  }

  public func makeModel(_ options: ModelOptions = ModelOptions()) -> Model {
    var builder = options.makeBuilder()
    // One deviation everywhere: the normalisations behind the parts set the size of what is added up (section 3.2).
    let start = TransformerBlock.Start.normal(deviation: 0.02)
    var attention = SelfAttention.Design(width: width, heads: heads, keyValueHeads: keyValueHeads, isCausal: true)
    attention.hasBias = false
    attention.rotary = RotaryEmbedding(headSize: width / heads, base: rotaryBase)
    attention.queryKeyNorm = .rms(epsilon: epsilon)
    let network = CausalDecoder(
      CausalDecoder.Design(
        vocabulary: vocabulary, context: context, layers: layers, width: width, norm: .rms(epsilon: epsilon),
        tiesHead: tiesHead, dropout: dropout),
      options: options, in: &builder
    ) {
      TransformerBlock(
        attention: attention, norm: .rms(epsilon: epsilon), arrangement: .after, dropout: dropout, start: start, in: &$0
      ) { builder in
        builder.scope("feed_forward") {
          GatedFeedForward(width: width, hidden: hidden, activation: .silu, start: start, in: &$0)
        }
      }
    }
    let rate = dropout > 0 ? ", dropout \(dropout)" : ""
    return Model(
      network, options, builder,
      description: "OLMo 2 of \(layers) x \(width), \(heads) heads over \(keyValueHeads), hidden \(hidden), "
        + "context \(context), vocabulary \(vocabulary)\(rate)")
  }
}
