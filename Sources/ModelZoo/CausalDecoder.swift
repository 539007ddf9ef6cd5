import Autograd
import Layers
import TensorCore

/// The frame that GPT-2, Llama, OLMo 2 and the mixture of experts have in common: token embedding, causal blocks, a last
/// normalisation, and a head for the next token.
struct CausalDecoder: LanguageModel {
  let vocabulary: Int
  let context: Int?
  let width: Int
  let head: VocabularyHead
  private let tokens: Int
  /// A table [context, width] that is added to the embeddings; `nil`: blocks know positions themselves.
  private let positions: Int?
  private let dropout: Dropout?
  private let blocks: Sequential
  private let norm: Normalization

  var pooling: SequenceClassifier.Pooling { .last }

  /// - Parameter makeBlock: makes block i, in its scope.
  init(
    _ design: Design, options: ModelOptions, in builder: inout ParameterBuilder,
    makeBlock: (inout ParameterBuilder) -> TransformerBlock
  ) {
    vocabulary = design.vocabulary
    context = design.context
    width = design.width
    let start = Initializer.normal(deviation: 0.02)
    tokens = builder.scope("tokens") { $0.parameter("weight", [design.vocabulary, design.width], start) }
    positions =
      design.learnsPositions
      ? builder.scope("positions") { $0.parameter("weight", [design.context, design.width], start) } : nil
    dropout = design.dropout > 0 ? Dropout(rate: design.dropout, in: &builder) : nil
    var blocks: [any Layer] = []
    for index in 0..<design.layers {
      blocks.append(options.block(builder.scope("blocks.\(index)") { makeBlock(&$0) }))
    }
    self.blocks = Sequential(blocks)
    norm = builder.scope("norm") { Normalization(design.norm, width: design.width, in: &$0) }
    let table =
      design.tiesHead || options.classes != nil
      ? tokens : builder.scope("head") { $0.parameter("weight", [design.vocabulary, design.width], start) }
    head = VocabularyHead(table: table)
  }

  func states(of batch: TokenBatch, _ forward: ForwardContext) -> Variable {
    let end = forward.position + batch.time
    precondition(context.map { end <= $0 } ?? true, "\(end) tokens for a context of \(context ?? 0)")
    var forward = forward
    if let lengths = batch.lengths { forward.visibleKeys = .first(lengths) }
    let embedded = forward.tape.parameter(tokens).rows(at: batch.tokens)
    var x = embedded.reshaped(to: [batch.sequences, batch.time, width])
    if let positions {
      x = x + forward.tape.parameter(positions).sliced(dimension: 0, range: forward.position..<end)
    }
    if let dropout { x = dropout.forward(x, forward) }
    let y = norm.forward(blocks.forward(x, forward), forward)
    forward.memory?.advance(by: batch.time)
    return y.reshaped(to: [batch.sequences * batch.time, width])
  }

  struct Design {
    var vocabulary: Int
    var context: Int
    var layers: Int
    var width: Int
    var norm: Normalization.Kind
    var learnsPositions = false
    /// Whether the head is the token embedding once more.
    var tiesHead: Bool
    /// Of the embeddings.
    var dropout: Float = 0
  }
}
