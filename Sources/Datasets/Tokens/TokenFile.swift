import Files

/// A file of tokens, mapped into memory: nanoGPT's or llm.c's (see `TokenFileHeader`).
public struct TokenFile: Sendable {
  private let file: MappedFile
  private let header: TokenFileHeader

  /// - Throws: where the file cannot be read, its magic number or its length is wrong, or no token is in it.
  public init(path: String) throws(DatasetError) {
    do throws(FileSystemError) {
      file = try MappedFile(path: path)
    } catch {
      throw .missing(path, "cannot be opened: \(error.reason)", remedy: "Give a file of tokens in data.path.")
    }
    header = try file.withBytes { bytes throws(DatasetError) in try TokenFileHeader(bytes, path: path) }
    guard header.count > 0 else { throw .badContent(path, "holds no tokens", remedy: "Bring tokens.") }
  }

  public var path: String { file.path }
  public var count: Int { header.count }
  /// Bytes of a token.
  public var width: Int { header.width }

  /// Calls `body` with every token at `range`, in order.
  func forEach(_ range: Range<Int>, _ body: (UInt32) -> Void) {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "tokens \(range) of \(count)")
    file.withBytes { bytes in
      switch header.width {
      case 2:
        for place in range {
          body(
            UInt32(
              UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: header.offset + 2 * place, as: UInt16.self))))
        }
      default:
        for place in range {
          body(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: header.offset + 4 * place, as: UInt32.self)))
        }
      }
    }
  }

  /// The first tokens, so many or fewer.
  public func first(_ most: Int) -> [Int32] {
    var tokens: [Int32] = []
    forEach(0..<min(most, count)) { tokens.append(Int32(bitPattern: $0)) }
    return tokens
  }

  /// The greatest token.
  public var greatest: UInt32 {
    var greatest: UInt32 = 0
    forEach(0..<count) { greatest = max(greatest, $0) }
    return greatest
  }

  /// - Throws: where a token is not below the size of the vocabulary, naming the first.
  func requireTokens(below vocabularySize: Int) throws(DatasetError) {
    guard greatest >= UInt32(clamping: vocabularySize) else { return }
    var (place, first): (Int, (place: Int, token: UInt32)?) = (0, nil)
    forEach(0..<count) { token in
      if first == nil, token >= vocabularySize { first = (place, token) }
      place += 1
    }
    guard let first else { return }
    throw .badContent(
      path, "token \(first.token) at position \(first.place) is outside the vocabulary of \(vocabularySize)",
      remedy: "Give the tokenizer that the file was made with.")
  }
}
