/// A text whose bytes are the tokens, cut into windows: the samples of a language model.
///
/// A window is `context` + 1 bytes: each is to be predicted from those before it. The next window begins at the last byte of the one
/// before, so every byte but the text's first is predicted once. A rest too short for a window is left out.
public struct TextDataset: Hashable, Sendable {
  /// Tokens are below it.
  public static let vocabulary = 256

  /// As many bytes as the windows take.
  public let bytes: [UInt8]
  /// The tokens that a model reads of a window.
  public let context: Int
  /// Where the text comes from, as messages call it.
  public let origin: String

  /// Reads the text at `path`, plain or gzipped.
  ///
  /// - Throws: where it cannot be read, or is shorter than one window.
  public init(path: String, context: Int) throws(DatasetError) {
    let bytes = try FileReader.contents(of: path)
    guard bytes.count > context else {
      let most = bytes.count - 1
      throw .badContent(
        path, "holds \(bytes.count) bytes, fewer than one window of \(context) + 1",
        remedy: most > 0 ? "Bring more text, or lower data.context to at most \(most)." : "Bring more text.")
    }
    self.init(bytes: bytes, context: context, origin: path)
  }

  /// - Precondition: the text fills one window.
  init(bytes: [UInt8], context: Int, origin: String) {
    precondition(context > 0 && bytes.count > context, "\(bytes.count) bytes for windows of \(context) + 1")
    self.bytes = Array(bytes[...((bytes.count - 1) / context * context)])
    self.context = context
    self.origin = origin
  }

  /// The number of windows.
  public var count: Int { (bytes.count - 1) / context }

  /// The tokens of some windows, one window after the other: [numbers.count, context + 1].
  public func windows(_ numbers: some Collection<Int>) -> [Int32] {
    var tokens: [Int32] = []
    tokens.reserveCapacity(numbers.count * (context + 1))
    for number in numbers {
      for byte in bytes[number * context...(number + 1) * context] { tokens.append(Int32(byte)) }
    }
    return tokens
  }

  /// A number that tells other windows from these, as `Dataset.fingerprint`.
  public var fingerprint: UInt64 {
    var hash = Fingerprint()
    for byte in bytes { hash.mix(UInt32(byte)) }
    hash.mix(UInt32(context))
    return hash.value
  }
}
