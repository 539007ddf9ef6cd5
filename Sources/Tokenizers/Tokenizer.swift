/// Cuts texts into tokens and puts them together again.
///
/// Texts are bytes, for files hold bytes: what is no UTF-8 is encoded as well.
///
///     let tokenizer = try TokenizerFile.read(path: "gpt2/tokenizer.json")
///     let ids = tokenizer.encode(Array("Hello".utf8))
///     String(decoding: tokenizer.decode(ids), as: UTF8.self)    // Hello
public protocol Tokenizer: Sendable {
  /// Every id is below it.
  var vocabularySize: Int { get }

  /// The token that ends a document; `nil` where the vocabulary has none.
  var endOfText: Int32? { get }

  /// The token that begins a text; `nil` where the vocabulary has none.
  var beginOfText: Int32? { get }

  /// The special tokens that a model wants around every text.
  var frame: TokenFrame { get }

  /// The tokens of a text, nothing added in front or behind.
  func encode(_ text: [UInt8]) -> [Int32]

  /// The bytes that tokens stand for; ids the vocabulary lacks stand for none.
  func decode(_ ids: [Int32]) -> [UInt8]

  /// The id of a token by its content, such as `<|endoftext|>`; `nil` where the vocabulary lacks it.
  func id(of token: String) -> Int32?
}

extension Tokenizer {
  public var beginOfText: Int32? { nil }

  public func id(of token: String) -> Int32? { nil }
}
