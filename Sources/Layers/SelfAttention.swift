import Autograd
import TensorCore

/// Multi-head attention of a sequence to itself (Vaswani et al. 2017, section 3.2): [batch, time, width] -> the same.
///
/// Parameters: `projection` [width, (heads + 2 keyValueHeads) headSize] makes queries, keys and values of each position;
/// `output` [heads headSize, width]; `query_norm`, `key_norm` where queries and keys are normalised.
public struct SelfAttention: Layer {
  private let projection: Linear
  private let output: Linear
  private let norms: (queries: Normalization, keys: Normalization)?
  private let options: AttentionOptions
  private let headSize: Int
  private let rotary: RotaryEmbedding?
  private let number: Int

  public init(_ design: Design, start: TransformerBlock.Start = .byInputs, in builder: inout ParameterBuilder) {
    let (heads, keyValueHeads, headSize) = (design.heads, design.keyValueHeads, design.headSize)
    projection = builder.scope("projection") {
      Linear(
        inputs: design.width, outputs: (heads + 2 * keyValueHeads) * headSize, hasBias: design.hasBias,
        weight: start.weight, bias: start.bias, in: &$0)
    }
    output = builder.scope("output") {
      Linear(
        inputs: heads * headSize, outputs: design.width, hasBias: design.hasBias, weight: start.residualWeight,
        bias: start.bias, in: &$0)
    }
    norms = design.queryKeyNorm.map { kind in
      (
        builder.scope("query_norm") { Normalization(kind, width: heads * headSize, in: &$0) },
        builder.scope("key_norm") { Normalization(kind, width: keyValueHeads * headSize, in: &$0) }
      )
    }
    options = AttentionOptions(
      heads: heads, keyValueHeads: keyValueHeads, isCausal: design.isCausal, scale: design.scale)
    self.headSize = headSize
    rotary = design.rotary
    number = builder.attentionLayer()
  }

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable { forward(x, bias: nil, context) }

  /// - Parameter bias: added to the scores, [heads, time, time]. Not with a decoder's memory.
  public func forward(_ x: Variable, bias: Variable?, _ context: ForwardContext) -> Variable {
    output.forward(attended(x, bias, context), context)
  }

  private func attended(_ x: Variable, _ bias: Variable?, _ context: ForwardContext) -> Variable {
    var packed = normalized(projection.forward(x, context), context)
    if let rotary {
      packed = rotary.forward(packed, heads: 0..<options.heads + options.keyValueHeads, position: context.position)
    }
    var options = options
    options.visibleKeys = context.visibleKeys
    if let memory = context.memory, options.isCausal {
      precondition(bias == nil, "attention with a bias begins at the first token")
      let cache = memory.cache(
        ofLayer: number, heads: options.keyValueHeads, headSize: headSize, on: context.tape.backend)
      return context.tape.constant(packed.value.attention(options, appendingTo: cache))
    }
    return packed.attention(
      heads: options.heads, keyValueHeads: options.keyValueHeads, isCausal: options.isCausal, scale: options.scale,
      visibleKeys: options.visibleKeys, bias: bias)
  }

  /// Queries and keys, each normalised over all its heads, and the values as they are.
  private func normalized(_ packed: Variable, _ context: ForwardContext) -> Variable {
    guard let norms else { return packed }
    let (queries, keys) = (options.heads * headSize, options.keyValueHeads * headSize)
    let parts = [0..<queries, queries..<queries + keys, queries + keys..<queries + 2 * keys].map {
      packed.sliced(dimension: -1, range: $0)
    }
    return .concatenated(
      [norms.queries.forward(parts[0], context), norms.keys.forward(parts[1], context), parts[2]], dimension: -1)
  }
}

extension SelfAttention {
  /// Sizes and kind.
  public struct Design: Sendable {
    public var width: Int
    public var heads: Int
    /// Heads of keys and values, each shared by `heads / keyValueHeads` query heads.
    public var keyValueHeads: Int
    public var headSize: Int
    /// Whether a position sees only itself and those before it.
    public var isCausal: Bool
    public var hasBias = true
    /// What the products of queries and keys are multiplied by; `nil`: 1 / sqrt(headSize).
    public var scale: Float?
    /// `nil`: attention knows nothing of positions.
    public var rotary: RotaryEmbedding?
    /// The normalisation of queries and of keys before they are turned, over all heads together; `nil`: none.
    public var queryKeyNorm: Normalization.Kind?

    /// - Parameters:
    ///   - keyValueHeads: divides `heads`; `nil`: as many.
    ///   - headSize: `nil`: the heads, which then divide the width, share it.
    public init(width: Int, heads: Int, keyValueHeads: Int? = nil, headSize: Int? = nil, isCausal: Bool) {
      precondition(heads > 0 && (headSize != nil || width % heads == 0), "\(heads) heads share a width of \(width)")
      self.width = width
      self.heads = heads
      self.keyValueHeads = keyValueHeads ?? heads
      self.headSize = headSize ?? width / heads
      self.isCausal = isCausal
    }
  }
}
