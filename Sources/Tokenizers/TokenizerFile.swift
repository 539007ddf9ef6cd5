import Files

/// Tokenizers in files: Hugging Face's `tokenizer.json`, GPT-2's pair of vocabulary and merges, llama2.c's `.bin`.
///
///     let tokenizer = try TokenizerFile.read(path: "models/gpt2")
///     try TokenizerFile.write(tokenizer, to: "runs/verdict/tokenizer.json")
public enum TokenizerFile {
  /// The largest file that is read: some ten times the largest vocabularies in use.
  static let maximumByteCount = 256 << 20

  /// The tokenizer in a file or folder.
  ///
  /// - In a folder: `tokenizer.json`; or `encoder.json` with `vocab.bpe`; or `vocab.json` with `merges.txt`; or
  ///   `tokenizer.bin`.
  /// - Throws: ``TokenizerError`` where a file is damaged or of a kind that is not supported, and then says which part;
  ///   `FileSystemError` where it cannot be read.
  public static func read(path: String, fileSystem: any FileSystem = LocalFileSystem()) throws -> any Tokenizer {
    let files = TokenizerFolder(fileSystem: fileSystem)
    guard let names = files.names(in: path) else { return try read(file: path, files) }
    if names.contains("tokenizer.json") { return try TokenizerJSON(files, "\(path)/tokenizer.json").tokenizer() }
    for (vocabulary, merges) in pairs where names.contains(vocabulary) && names.contains(merges) {
      return try VocabularyAndMerges.read(files, vocabulary: "\(path)/\(vocabulary)", merges: "\(path)/\(merges)")
    }
    if names.contains("tokenizer.bin") { return try Llama2CFile.read(files, "\(path)/tokenizer.bin") }
    throw TokenizerError.missing(
      path, "there is no tokenizer in this folder",
      remedy: "It should have tokenizer.json, or encoder.json and vocab.bpe, or vocab.json and merges.txt.")
  }

  private static let pairs = [("encoder.json", "vocab.bpe"), ("vocab.json", "merges.txt")]

  private static func read(file path: String, _ files: TokenizerFolder) throws -> any Tokenizer {
    if path.hasSuffix(".bin") { return try Llama2CFile.read(files, path) }
    let folder = parentDirectory(of: path)
    for (vocabulary, merges) in pairs where path.hasSuffix(vocabulary) || path.hasSuffix(merges) {
      return try VocabularyAndMerges.read(files, vocabulary: "\(folder)/\(vocabulary)", merges: "\(folder)/\(merges)")
    }
    return try TokenizerJSON(files, path).tokenizer()
  }

  /// Saves a tokenizer: as a `tokenizer.json` that Hugging Face's `tokenizers` loads and that encodes the same there;
  /// one that came from llama2.c as its `tokenizer.bin`.
  ///
  /// One that was read from a file is saved as it was there.
  ///
  /// - Parameter path: the folder that gets the files, or one file that ends in `.json` or `.bin`; folders are created
  ///   as needed.
  /// - Throws: ``TokenizerError`` where the tokenizer cannot be a file of that kind.
  public static func write(
    _ tokenizer: any Tokenizer, to path: String, fileSystem: any FileSystem = LocalFileSystem()
  ) throws {
    let files = (tokenizer as? any SavedTokenizer)?.files() ?? []
    let isFile = path.hasSuffix(".json") || path.hasSuffix(".bin")
    guard let first = files.first, !isFile || path.hasSuffix(".json") == first.name.hasSuffix(".json") else {
      throw TokenizerError.unsupported(path, "a tokenizer of the kind \(type(of: tokenizer))", "cannot be saved so")
    }
    if isFile {
      try write(first.content, to: path, fileSystem)
    } else {
      for file in files { try write(file.content, to: "\(path)/\(file.name)", fileSystem) }
    }
  }

  private static func write(_ content: [UInt8], to file: String, _ fileSystem: any FileSystem) throws {
    try fileSystem.createDirectoryAndParents(parentDirectory(of: file))
    let output = try fileSystem.createFile(file)
    try content.withUnsafeBytes { bytes in try output.write(bytes) }
    try output.synchronize()
    try output.close()
  }
}

/// The reading of whole files, none of them too large to be a tokenizer's.
struct TokenizerFolder {
  let fileSystem: any FileSystem

  /// The names in a folder; `nil` where the path is that of a file or of nothing.
  func names(in path: String) -> [String]? {
    do {
      return try fileSystem.list(path)
    } catch {
      return nil
    }
  }

  func bytes(of path: String) throws -> [UInt8] {
    let file = try fileSystem.openFile(path)
    guard file.byteCount <= TokenizerFile.maximumByteCount else {
      throw TokenizerError.badContent(path, "\(file.byteCount) bytes are too many for a tokenizer")
    }
    return try file.bytes(in: 0..<file.byteCount)
  }

  func json(of path: String) throws -> JSONNode { try json(bytes(of: path), path) }

  func json(_ text: [UInt8], _ path: String) throws -> JSONNode {
    do throws(JSONParser.Failure) {
      return try JSONParser.parseExactly(text[...], maximumDepth: 32)
    } catch {
      throw TokenizerError.badContent(path, "not valid JSON: \(error.reason) (byte \(error.offset))")
    }
  }
}
