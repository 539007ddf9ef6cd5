/// What a language model reads of one sample, and what it should say.
public struct TokenSample: Hashable, Sendable {
  /// The label of a token for which nothing is predicted; no token has it.
  public static let unlabelled: Int32 = -1

  public var tokens: [Int32]
  /// What should be predicted at each token, or `unlabelled`; as many as tokens.
  public var labels: [Int32]
  /// What the encoder of an encoder-decoder reads.
  public var source: [Int32] = []
}
