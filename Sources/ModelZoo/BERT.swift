import Autograd
import KernelInterface
import Layers
import TensorCore

/// BERT (Devlin, Chang, Lee and Toutanova, "BERT: pre-training of deep bidirectional transformers", 2019): an encoder that reads
/// both ways and is trained to say what tokens were masked. The normalisation stands behind each sum.
///
/// Parameters: `tokens.weight` [vocabulary, width], `positions.weight` [context, width], `segments.weight` [segments, width],
/// `embedding_norm`, `blocks.i` as in `TransformerBlock` and `PlainFeedForward`; in front of the head for tokens `transform`
/// [width, width] and `transform_norm`, and `head.bias` [vocabulary], the head's matrix being the token embedding.
public struct BERT: Codable, Hashable, Sendable {
  /// Token ids are below it.
  public var vocabulary: Int
  /// The longest sequence.
  public var context: Int
  /// Kinds of text in a sequence; all tokens here are of the first.
  public var segments: Int
  public var layers: Int
  /// Divides the width.
  public var heads: Int
  public var width: Int
  /// The width inside the feed-forward part.
  public var hidden: Int
  /// What normalisation adds to the variance.
  public var epsilon: Float
  /// The share of the embeddings and of each block's contributions that is dropped while training, in 0 ..< 1.
  public var dropout: Float

  /// - Parameter hidden: `nil`: four times the width.
  public init(
    vocabulary: Int, context: Int, segments: Int = 2, layers: Int, heads: Int, width: Int, hidden: Int? = nil,
    epsilon: Float = 1e-12, dropout: Float = 0
  ) {
    precondition(
      vocabulary > 0 && context > 0 && segments > 0 && layers > 0,
      "BERT of \(layers) layers for \(context) of \(vocabulary) tokens, \(segments) segments")
    self.vocabulary = vocabulary
    self.context = context
    self.segments = segments
    self.layers = layers
    self.heads = heads
    self.width = width
    self.hidden = hidden ?? 4 * width
    self.epsilon = epsilon
    self.dropout = dropout
  }

  public func makeModel(_ options: ModelOptions = ModelOptions()) -> Model {
    var builder = options.makeBuilder()
    let network = Network(self, options, in: &builder)
    let rate = dropout > 0 ? ", dropout \(dropout)" : ""
    return Model(
      network, options, builder,
      description: "BERT of \(layers) x \(width), \(heads) heads, context \(context), vocabulary \(vocabulary)\(rate)")
  }
}

extension BERT {
  private struct Network: LanguageModel {
    let vocabulary: Int
    let context: Int?
    let width: Int
    let head: VocabularyHead
    private let tokens: Int
    private let positions: Int
    private let segments: Int
    private let embeddingNorm: LayerNorm
    private let dropout: Dropout?
    private let blocks: Sequential
    /// In front of the head for tokens; `nil` where there is none.
    private let transform: Sequential?

    var pooling: SequenceClassifier.Pooling { .first }

    init(_ sizes: BERT, _ options: ModelOptions, in builder: inout ParameterBuilder) {
      (vocabulary, context, width) = (sizes.vocabulary, sizes.context, sizes.width)
      let (width, epsilon) = (sizes.width, sizes.epsilon)
      let start = TransformerBlock.Start.normal(deviation: 0.02)
      func table(_ name: String, _ rows: Int) -> Int {
        builder.scope(name) { $0.parameter("weight", [rows, width], .normal(deviation: 0.02)) }
      }
      tokens = table("tokens", sizes.vocabulary)
      positions = table("positions", sizes.context)
      segments = table("segments", sizes.segments)
      embeddingNorm = builder.scope("embedding_norm") { LayerNorm(width: width, epsilon: epsilon, in: &$0) }
      dropout = sizes.dropout > 0 ? Dropout(rate: sizes.dropout, in: &builder) : nil
      var blocks: [any Layer] = []
      for index in 0..<sizes.layers {
        let block = builder.scope("blocks.\(index)") {
          TransformerBlock(
            attention: SelfAttention.Design(width: width, heads: sizes.heads, isCausal: false),
            norm: .layer(epsilon: epsilon), arrangement: .afterSum, dropout: sizes.dropout, start: start, in: &$0
          ) { PlainFeedForward(width: width, hidden: sizes.hidden, activation: .gelu, start: start, in: &$0) }
        }
        blocks.append(options.block(block))
      }
      self.blocks = Sequential(blocks)
      guard options.classes == nil else {
        (transform, head) = (nil, VocabularyHead(table: tokens))
        return
      }
      transform = Sequential([
        builder.scope("transform") {
          Linear(inputs: width, outputs: width, activation: .gelu, weight: start.weight, bias: start.bias, in: &$0)
        },
        builder.scope("transform_norm") { LayerNorm(width: width, epsilon: epsilon, in: &$0) },
      ])
      let bias = builder.scope("head") { $0.parameter("bias", [sizes.vocabulary], .zeros) }
      head = VocabularyHead(table: tokens, bias: bias)
    }

    func states(of batch: TokenBatch, _ forward: ForwardContext) -> Variable {
      precondition(context.map { batch.time <= $0 } ?? true, "\(batch.time) tokens for a context of \(context ?? 0)")
      var forward = forward
      if let lengths = batch.lengths { forward.visibleKeys = .first(lengths) }
      let tape = forward.tape
      let embedded = tape.parameter(tokens).rows(at: batch.tokens)
        .reshaped(to: [batch.sequences, batch.time, width])
      let places = tape.parameter(positions).sliced(dimension: 0, range: 0..<batch.time)
      let segment = tape.parameter(segments).sliced(dimension: 0, range: 0..<1)
      var x = embeddingNorm.forward(embedded + (places + segment), forward)
      if let dropout { x = dropout.forward(x, forward) }
      let y = blocks.forward(x, forward).reshaped(to: [batch.sequences * batch.time, width])
      return transform?.forward(y, forward) ?? y
    }
  }
}
