/// Tokens one after another: in memory, in two bytes each where the vocabulary allows, or in files.
public struct TokenSequence: Sendable {
  private enum Storage {
    case narrow([UInt16])
    case wide([Int32])
    case mapped(MappedTokens)
  }

  private var storage: Storage

  /// No tokens yet.
  ///
  /// - Parameter vocabularySize: every token is below it.
  public init(vocabularySize: Int) {
    storage = vocabularySize <= 1 << 16 ? .narrow([]) : .wide([])
  }

  /// - Precondition: every token is in `0..<vocabularySize`.
  public init(_ tokens: [Int32], vocabularySize: Int) {
    self.init(vocabularySize: vocabularySize)
    append(tokens)
  }

  /// The tokens of files, or of a stretch of them.
  ///
  /// - Precondition: all are below 2^31.
  init(_ files: [TokenFile], range: Range<Int>? = nil) { storage = .mapped(MappedTokens(files, range: range)) }

  public var count: Int {
    switch storage {
    case .narrow(let tokens): tokens.count
    case .wide(let tokens): tokens.count
    case .mapped(let tokens): tokens.count
    }
  }

  /// - Precondition: every token is below the size of the vocabulary.
  public mutating func append(_ new: [Int32]) {
    switch storage {
    case .narrow(var tokens):
      storage = .narrow([])  // So that the tokens are not copied.
      tokens.append(contentsOf: new.lazy.map { UInt16($0) })
      storage = .narrow(tokens)
    case .wide(var tokens):
      storage = .wide([])
      tokens += new
      storage = .wide(tokens)
    case .mapped: preconditionFailure("files of tokens do not grow")
    }
  }

  /// Adds the tokens at `range` to the end of a list.
  public func append(_ range: Range<Int>, to list: inout [Int32]) {
    switch storage {
    case .narrow(let tokens): for token in tokens[range] { list.append(Int32(token)) }
    case .wide(let tokens): list += tokens[range]
    case .mapped(let tokens): tokens.forEach(range) { list.append(Int32($0)) }
    }
  }

  func mix(_ range: Range<Int>, into hash: inout Fingerprint) {
    switch storage {
    case .narrow(let tokens): for token in tokens[range] { hash.mix(UInt32(token)) }
    case .wide(let tokens): for token in tokens[range] { hash.mix(UInt32(bitPattern: token)) }
    case .mapped(let tokens): tokens.forEach(range) { hash.mix($0) }
    }
  }
}
