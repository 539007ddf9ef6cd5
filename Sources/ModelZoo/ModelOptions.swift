import Layers

/// What is done with an architecture beside its sizes.
public struct ModelOptions: Codable, Hashable, Sendable {
  /// Whether the backward pass computes each block's inside a second time instead of keeping it: less memory, more time, the same bits.
  public var recomputesBlocks: Bool
  /// Parameters that stay as they begin.
  public var frozen: NamePatterns
  /// Low-rank adapters beside linear layers; `nil`: none.
  public var adapters: AdapterOptions?
  /// A head for so many classes of sequences instead of the head for tokens; `nil`: tokens.
  public var classes: Int?

  public init(
    recomputesBlocks: Bool = false, frozen: NamePatterns = .none, adapters: AdapterOptions? = nil, classes: Int? = nil
  ) {
    self.recomputesBlocks = recomputesBlocks
    self.frozen = frozen
    self.adapters = adapters
    self.classes = classes
  }

  func makeBuilder() -> ParameterBuilder { ParameterBuilder(freezing: frozen, adapters: adapters) }

  /// A block as these options have it.
  func block(_ block: TransformerBlock) -> any Layer { recomputesBlocks ? Recomputed(block) : block }
}
