import Layers

/// Llama with a mixture of experts in each block (Jiang et al., "Mixtral of experts", 2024).
///
/// Parameters: as Llama's, `blocks.i.feed_forward` as in `ExpertFeedForward`.
public struct MixtureOfExperts: Codable, Hashable, Sendable {
  /// All but the experts; `hidden` is the width inside each of them.
  public var frame: Llama
  public var experts: Int
  /// The experts that each token goes through.
  public var expertsPerToken: Int
  /// The weight of the loss that keeps the experts equally busy: of its mean over the blocks. 0: none.
  public var balanceCoefficient: Float

  public init(frame: Llama, experts: Int, expertsPerToken: Int = 2, balanceCoefficient: Float = 0.01) {
    precondition(0 < expertsPerToken && expertsPerToken <= experts, "\(expertsPerToken) of \(experts) experts")
    self.frame = frame
    self.experts = experts
    self.expertsPerToken = expertsPerToken
    self.balanceCoefficient = balanceCoefficient
  }

  public func makeModel(_ options: ModelOptions = ModelOptions()) -> Model {
    var builder = options.makeBuilder()
    let start = TransformerBlock.Start.gpt2(layers: frame.layers)
    let network = frame.makeDecoder(options, start, in: &builder) { builder in
      builder.scope("feed_forward") {
        ExpertFeedForward(
          width: frame.width, hidden: frame.hidden, experts: experts, chosen: expertsPerToken,
          balance: balanceCoefficient / Float(frame.layers), start: start, in: &$0)
      }
    }
    return Model(
      network, options, builder,
      description: "mixture of \(experts) experts, \(expertsPerToken) a token, of \(frame.sizesDescription)")
  }
}
