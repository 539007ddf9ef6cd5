/// The special tokens that belong around every text a model reads: `[CLS]` and `[SEP]`, a `</s>` behind it, or none.
public struct TokenFrame: Hashable, Sendable {
  public var before: [Int32] = []
  public var after: [Int32] = []

  public init(before: [Int32] = [], after: [Int32] = []) {
    self.before = before
    self.after = after
  }
}

extension Tokenizer {
  public var frame: TokenFrame { TokenFrame() }

  /// The tokens of a text, in its frame if wanted: what a model that was trained elsewhere expects to read.
  public func encode(_ text: [UInt8], addingSpecialTokens: Bool) -> [Int32] {
    addingSpecialTokens ? frame.before + encode(text) + frame.after : encode(text)
  }
}
