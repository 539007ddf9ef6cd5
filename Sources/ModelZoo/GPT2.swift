import Layers

/// GPT-2 (Radford, Wu, Child, Luan, Amodei and Sutskever, "Language models are unsupervised multitask learners", 2019):
/// token and position embeddings, causal transformer blocks with the normalisation in front, a last normalisation, and
/// the token embedding once more as output layer.
///
/// Parameters: `tokens.weight` [vocabulary, width], `positions.weight` [context, width], `blocks.i` as in
/// `TransformerBlock` and `PlainFeedForward`, `norm.weight` and `norm.bias` [width].
public struct GPT2: Codable, Hashable, Sendable {
  /// Token ids are below it.
  public var vocabulary: Int
  /// The longest sequence.
  public var context: Int
  public var layers: Int
  /// Divides the width.
  public var heads: Int
  public var width: Int
  /// The share of the embeddings and of each block's contributions that is dropped while training, in 0 ..< 1.
  public var dropout: Float

  /// The smallest GPT-2, 124 million parameters.
  public static let small = GPT2(vocabulary: 50_257, context: 1024, layers: 12, heads: 12, width: 768)

  public init(vocabulary: Int, context: Int, layers: Int, heads: Int, width: Int, dropout: Float = 0) {
    precondition(
      vocabulary > 0 && context > 0 && layers > 0, "GPT-2 of \(layers) layers for \(context) of \(vocabulary) tokens")
    self.vocabulary = vocabulary
    self.context = context
    self.layers = layers
    self.heads = heads
    self.width = width
    self.dropout = dropout
  }

  public func makeModel(_ options: ModelOptions = ModelOptions()) -> Model {
    var builder = options.makeBuilder()
    let start = TransformerBlock.Start.gpt2(layers: layers)
    let network = CausalDecoder(
      CausalDecoder.Design(
        vocabulary: vocabulary, context: context, layers: layers, width: width, norm: .layer(epsilon: 1e-5),
        learnsPositions: true, tiesHead: true, dropout: dropout),
      options: options, in: &builder
    ) {
      TransformerBlock(
        attention: SelfAttention.Design(width: width, heads: heads, isCausal: true), norm: .layer(epsilon: 1e-5),
        dropout: dropout, start: start, in: &$0
      ) { PlainFeedForward(width: width, hidden: 4 * width, activation: .geluTanh, start: start, in: &$0) }
    }
    let rate = dropout > 0 ? ", dropout \(dropout)" : ""
    return Model(
      network, options, builder,
      description:
        "GPT-2 of \(layers) x \(width), \(heads) heads, context \(context), vocabulary \(vocabulary)\(rate)")
  }
}
