import TensorCore

/// What a pass of a language model over a sequence takes, counted from its sizes.
public struct LanguageWork: Equatable, Sendable {
  /// Multiply-adds of the forward pass over one sequence; of the backward pass twice as many.
  public var multiplyAdds: Double
  /// Numbers that are kept for the backward pass of one sequence, the logits not counted.
  public var keptValues: Double

  /// - Parameters:
  ///   - time: the tokens of a sequence; of an encoder-decoder those that its encoder reads.
  ///   - targetTime: the tokens that a decoder writes.
  public init(of architecture: LanguageArchitecture, time: Int, targetTime: Int = 0, recomputesBlocks: Bool = false) {
    switch architecture {
    case .gpt2(let sizes):
      let block = BlockWork(width: sizes.width, inner: sizes.width, packed: 3 * sizes.width, hidden: 4 * sizes.width)
      self.init(block, layers: sizes.layers, time: time, isCausal: true, recomputesBlocks)
      addHead(sizes.width, sizes.vocabulary, tokens: time)
    case .llama(let sizes):
      self.init(llama: sizes, expertsPerToken: 1, experts: 0, time: time, recomputesBlocks)
    case .mixture(let sizes):
      self.init(
        llama: sizes.frame, expertsPerToken: sizes.expertsPerToken, experts: sizes.experts, time: time,
        recomputesBlocks)
    case .olmo2(let sizes):
      let packed = sizes.width + 2 * sizes.keyValueHeads * (sizes.width / sizes.heads)
      var block = BlockWork(width: sizes.width, inner: sizes.width, packed: packed, hidden: sizes.hidden, isGated: true)
      block.kept += Double(packed + sizes.width)
      self.init(block, layers: sizes.layers, time: time, isCausal: true, recomputesBlocks)
      addHead(sizes.width, sizes.vocabulary, tokens: time)
    case .bert(let sizes):
      let block = BlockWork(width: sizes.width, inner: sizes.width, packed: 3 * sizes.width, hidden: sizes.hidden)
      self.init(block, layers: sizes.layers, time: time, isCausal: false, recomputesBlocks)
      multiplyAdds += Double(time * sizes.width * sizes.width)
      addHead(sizes.width, sizes.vocabulary, tokens: time)
    case .t5(let sizes):
      let inner = sizes.heads * sizes.headSize
      let block = BlockWork(width: sizes.width, inner: inner, packed: 3 * inner, hidden: sizes.hidden, isGated: true)
      self.init(block, layers: sizes.encoderLayers, time: time, isCausal: false, recomputesBlocks)
      let decoder = LanguageWork(
        block, layers: sizes.decoderLayers, time: targetTime, isCausal: true, recomputesBlocks)
      // Queries and output for each token written, keys and values for each token read, and the scores between them.
      let cross = 2 * targetTime * sizes.width * inner + 2 * time * sizes.width * inner + 2 * targetTime * time * inner
      multiplyAdds += decoder.multiplyAdds + Double(sizes.decoderLayers * cross)
      keptValues +=
        decoder.keptValues
        + Double(sizes.decoderLayers * (targetTime * 2 * (sizes.width + inner) + 2 * time * inner))
      addHead(sizes.width, sizes.vocabulary, tokens: targetTime)
    }
  }

  private init(llama sizes: Llama, expertsPerToken: Int, experts: Int, time: Int, _ recomputes: Bool) {
    let packed = (sizes.heads + 2 * sizes.keyValueHeads) * sizes.headSize
    var block = BlockWork(
      width: sizes.width, inner: sizes.heads * sizes.headSize, packed: packed, hidden: expertsPerToken * sizes.hidden,
      isGated: true)
    block.multiplyAdds += Double(sizes.width * experts)
    if experts > 0 { block.kept += Double(expertsPerToken * 3 * sizes.width) }
    self.init(block, layers: sizes.layers, time: time, isCausal: true, recomputes)
    addHead(sizes.width, sizes.vocabulary, tokens: time)
  }

  private init(_ block: BlockWork, layers: Int, time: Int, isCausal: Bool, _ recomputesBlocks: Bool) {
    // Each token meets the others twice: in the scores, and in what is made of the values.
    let met = Double(time) * (isCausal ? 0.5 : 1)
    multiplyAdds = Double(layers * time) * (block.multiplyAdds + 2 * met * Double(block.inner))
    let blocks = recomputesBlocks ? Double(layers * block.width) + block.kept : Double(layers) * block.kept
    keptValues = Double(time) * (blocks + 3 * Double(block.width))
  }

  private mutating func addHead(_ width: Int, _ vocabulary: Int, tokens: Int) {
    multiplyAdds += Double(tokens * width * vocabulary)
  }
}

/// For one token, a transformer's block.
private struct BlockWork {
  let width: Int
  /// Of all heads together.
  let inner: Int
  var multiplyAdds: Double
  var kept: Double

  /// - Parameters:
  ///   - packed: queries, keys and values.
  ///   - hidden: the width inside the feed-forward part.
  init(width: Int, inner: Int, packed: Int, hidden: Int, isGated: Bool = false) {
    self.width = width
    self.inner = inner
    multiplyAdds = Double(width * packed + inner * width + (isGated ? 3 : 2) * width * hidden)
    // Both sums and what is normalised of them, the packed projection, what attention gives; what lies in front of an activation
    // and behind it, and where it is gated the other factor and the product.
    kept = Double(4 * width + packed + inner + (isGated ? 4 : 2) * hidden)
  }
}
