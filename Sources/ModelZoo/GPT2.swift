import Autograd
import Layers
import TensorCore

/// GPT-2 (Radford, Wu, Child, Luan, Amodei and Sutskever, "Language models are unsupervised multitask learners", 2019):
/// token and position embeddings, causal transformer blocks with the normalisation in front, a last normalisation, and
/// the token embedding once more as output layer.
///
/// Parameters: `tokens.weight` [vocabulary, width], `positions.weight` [context, width], `blocks.i` as in
/// `TransformerBlock`, `norm.weight` and `norm.bias` [width].
public struct GPT2: Sendable {
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

  public func makeModel() -> Model {
    var builder = ParameterBuilder()
    let network = Network(self, in: &builder)
    let rate = dropout > 0 ? ", dropout \(dropout)" : ""
    return Model(
      network, builder: builder,
      description:
        "GPT-2 of \(layers) x \(width), \(heads) heads, context \(context), vocabulary \(vocabulary)\(rate), "
        + "\(builder.layout.parameterCount) parameters")
  }
}

extension GPT2 {
  private struct Network: LanguageModel {
    private let vocabulary: Int
    private let context: Int
    private let tokens: Int
    private let positions: Int
    private let dropout: Dropout?
    private let blocks: Sequential
    private let norm: LayerNorm

    init(_ sizes: GPT2, in builder: inout ParameterBuilder) {
      (vocabulary, context) = (sizes.vocabulary, sizes.context)
      tokens = builder.scope("tokens") {
        $0.parameter("weight", [sizes.vocabulary, sizes.width], .normal(deviation: 0.02))
      }
      positions = builder.scope("positions") {
        $0.parameter("weight", [sizes.context, sizes.width], .normal(deviation: 0.02))
      }
      dropout = sizes.dropout > 0 ? Dropout(rate: sizes.dropout, in: &builder) : nil
      var blocks: [TransformerBlock] = []
      for index in 0..<sizes.layers {
        blocks.append(
          builder.scope("blocks.\(index)") {
            TransformerBlock(
              width: sizes.width, heads: sizes.heads, hidden: 4 * sizes.width, isCausal: true, dropout: sizes.dropout,
              start: .gpt2(layers: sizes.layers), in: &$0)
          })
      }
      self.blocks = Sequential(blocks)
      norm = builder.scope("norm") { LayerNorm(width: sizes.width, in: &$0) }
    }

    func meanLoss(of batch: TokenBatch, _ forward: ForwardContext) -> Variable {
      precondition(batch.time <= context, "\(batch.time) tokens for a context of \(context)")
      let table = forward.tape.parameter(tokens)
      let embedded = table.rows(at: batch.tokens)
      let width = embedded.shape.columns
      let places = forward.tape.parameter(positions).sliced(dimension: 0, range: 0..<batch.time)
      var x = embedded.reshaped(to: [batch.sequences, batch.time, width]) + places
      if let dropout { x = dropout.forward(x, forward) }
      let y = norm.forward(blocks.forward(x, forward), forward)
      return y.reshaped(to: [batch.sequences * batch.time, width])
        .crossEntropy(projectedBy: table, transposed: true, labels: batch.labels)
    }
  }
}
