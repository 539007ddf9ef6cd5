/// Every byte is a token.
public struct ByteTokenizer: Tokenizer, Hashable {
  public init() {}

  public var vocabularySize: Int { 256 }
  public var endOfText: Int32? { nil }

  public func encode(_ text: [UInt8]) -> [Int32] { text.map(Int32.init) }

  public func decode(_ ids: [Int32]) -> [UInt8] { ids.compactMap(UInt8.init(exactly:)) }
}
