import Autograd
import KernelInterface
import Layers
import TensorCore

/// T5 version 1.1 (Raffel et al., "Exploring the limits of transfer learning with a unified text-to-text transformer", 2020;
/// the gated feed-forward part is Shazeer's, 2020): an encoder reads a text, a decoder writes another. Positions are known by
/// their distances alone, attention does not divide its scores, and nothing has a bias.
///
/// Parameters: `tokens.weight` [vocabulary, width]; `encoder` and `decoder`, each with `position_bias`, `blocks.i` and `norm`;
/// `head.weight` [vocabulary, width] unless it is the token embedding.
public struct T5: Codable, Hashable, Sendable {
  /// Token ids are below it.
  public var vocabulary: Int
  public var encoderLayers: Int
  public var decoderLayers: Int
  public var heads: Int
  public var headSize: Int
  public var width: Int
  /// The width inside the feed-forward part.
  public var hidden: Int
  /// Of relative positions.
  public var buckets: Int
  /// Beyond it all distances are alike.
  public var maximumDistance: Int
  /// What RMS normalisation adds to the mean of squares.
  public var epsilon: Float
  /// Whether the head is the token embedding once more; what it reads is then divided by sqrt(width).
  public var tiesHead: Bool
  /// The share of the embeddings and of each part's contributions that is dropped while training, in 0 ..< 1.
  public var dropout: Float

  public init(
    vocabulary: Int, encoderLayers: Int, decoderLayers: Int, heads: Int, headSize: Int, width: Int, hidden: Int,
    buckets: Int = 32, maximumDistance: Int = 128, epsilon: Float = 1e-6, tiesHead: Bool = false, dropout: Float = 0
  ) {
    precondition(
      vocabulary > 0 && encoderLayers > 0 && decoderLayers > 0,
      "T5 of \(encoderLayers) and \(decoderLayers) layers for \(vocabulary) tokens")
    self.vocabulary = vocabulary
    self.encoderLayers = encoderLayers
    self.decoderLayers = decoderLayers
    self.heads = heads
    self.headSize = headSize
    self.width = width
    self.hidden = hidden
    self.buckets = buckets
    self.maximumDistance = maximumDistance
    self.epsilon = epsilon
    self.tiesHead = tiesHead
    self.dropout = dropout
  }

  public func makeModel(_ options: ModelOptions = ModelOptions()) -> Model {
    precondition(options.classes == nil, "a T5 writes its answers; it has no head for classes")
    var builder = options.makeBuilder()
    let network = Network(self, options, in: &builder)
    let rate = dropout > 0 ? ", dropout \(dropout)" : ""
    return Model(
      network, options, builder,
      description:
        "T5 of \(encoderLayers) + \(decoderLayers) x \(width), \(heads) heads of \(headSize), hidden \(hidden), "
        + "vocabulary \(vocabulary)\(rate)")
  }
}

extension T5 {
  private struct Network: LanguageModel {
    let vocabulary: Int
    let width: Int
    let head: VocabularyHead
    private let tokens: Int
    private let encoder: Encoder
    private let decoder: Decoder
    private let scale: Float?

    var context: Int? { nil }
    var pooling: SequenceClassifier.Pooling { .last }

    init(_ sizes: T5, _ options: ModelOptions, in builder: inout ParameterBuilder) {
      (vocabulary, width) = (sizes.vocabulary, sizes.width)
      let start = Initializer.normal(deviation: 1)
      tokens = builder.scope("tokens") { $0.parameter("weight", [sizes.vocabulary, sizes.width], start) }
      encoder = builder.scope("encoder") { Encoder(sizes, options, in: &$0) }
      decoder = builder.scope("decoder") { Decoder(sizes, options, in: &$0) }
      let table =
        sizes.tiesHead
        ? tokens : builder.scope("head") { $0.parameter("weight", [sizes.vocabulary, sizes.width], start) }
      head = VocabularyHead(table: table)
      scale = sizes.tiesHead ? 1 / Float(sizes.width).squareRoot() : nil
    }

    func states(of batch: TokenBatch, _ context: ForwardContext) -> Variable {
      guard let source = batch.source else { preconditionFailure("an encoder-decoder wants what its encoder reads") }
      precondition(context.memory == nil, "T5 decodes without memory")
      let visible = source.lengths.map(VisibleKeys.first) ?? .all
      let read = encoder.forward(
        embedded(source.tokens, [batch.sequences, source.time, width], context), visibleKeys: visible, context)
      var own = context
      if let lengths = batch.lengths { own.visibleKeys = .first(lengths) }
      let y = decoder.forward(
        embedded(batch.tokens, [batch.sequences, batch.time, width], context), over: read, visibleKeys: visible, own)
      let rows = y.reshaped(to: [batch.sequences * batch.time, width])
      return scale.map { $0 * rows } ?? rows
    }

    private func embedded(_ ids: [Int32], _ shape: Shape, _ context: ForwardContext) -> Variable {
      context.tape.parameter(tokens).rows(at: ids).reshaped(to: shape)
    }
  }
}
