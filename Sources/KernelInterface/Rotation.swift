/// Which values of a head form the pairs that a rotary embedding turns.
public enum RotaryPairing: Hashable, Sendable {
  /// (i, i + headSize / 2), as Llama's weights in the Hugging Face format have it.
  case halves
  /// (2 i, 2 i + 1), as in Su et al. 2021, "RoFormer", and in Llama's original weights.
  case neighbours
}

/// The turning of `tokens` successive tokens of [tokens, heads, headSize], tokens `xStride` and `yStride` floats apart, heads
/// side by side. Row t of the tables [tokens, headSize / 2] holds the cosines and sines of token t.
public struct Rotation {
  public var tokens, heads, headSize: Int
  public var xStride, yStride: Int
  public var pairing: RotaryPairing
  public var cosines: UnsafePointer<Float>
  public var sines: UnsafePointer<Float>
  /// Turn by the negative angle, which is what the gradient needs.
  public var isBackward: Bool

  public init(
    tokens: Int, heads: Int, headSize: Int, xStride: Int, yStride: Int, pairing: RotaryPairing,
    cosines: UnsafePointer<Float>, sines: UnsafePointer<Float>, isBackward: Bool
  ) {
    self.tokens = tokens
    self.heads = heads
    self.headSize = headSize
    self.xStride = xStride
    self.yStride = yStride
    self.pairing = pairing
    self.cosines = cosines
    self.sines = sines
    self.isBackward = isBackward
  }
}
