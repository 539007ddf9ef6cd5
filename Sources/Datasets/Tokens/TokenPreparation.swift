import Files
import FoundationEssentials
import Tokenizers

/// Turns texts into a folder of token files, as `data.kind: tokens` reads it: shards in llm.c's form, `index.json`, the tokenizer.
///
/// Texts are read file by file, so they need not fit into memory together. The end of each file validates.
public struct TokenPreparation {
  public let tokenizer: any Tokenizer
  /// The most tokens of a shard.
  public let shardTokens: Int
  /// The share of each file that validates.
  public let validation: Double
  /// The field of a `.jsonl` file's lines that has the text.
  public let field: String

  public init(_ tokenizer: any Tokenizer, shardTokens: Int, validation: Double, field: String = "text") {
    precondition(shardTokens >= 1 && shardTokens <= Int32.max, "shards of \(shardTokens) tokens")
    precondition(validation >= 0 && validation < 1, "a share of \(validation) for validation")
    self.tokenizer = tokenizer
    self.shardTokens = shardTokens
    self.validation = validation
    self.field = field
  }

  /// Writes the folder, which appears whole or not at all.
  ///
  /// - Parameters:
  ///   - folder: must not be there.
  ///   - report: told of bytes done and bytes in all.
  /// - Throws: where a text cannot be read, or something cannot be written.
  @discardableResult
  public func write(
    _ texts: [String], to folder: String, fileSystem: any FileSystem = LocalFileSystem(),
    report: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> TokenIndex {
    let folder = String(folder.reversed().drop { $0 == "/" }.reversed())
    guard try !fileSystem.exists(folder) else { throw DatasetError.taken(folder) }
    let files = try texts.flatMap { try CorpusReader(path: $0, field: field).files() }
    let sizes = try files.map { try fileSystem.openFile($0).byteCount }
    let total = sizes.reduce(0, +)
    let partial = folder + ".partial"
    // What a preparation that was stopped has left.
    try fileSystem.removeDirectoryAndFiles("\(partial)/tokenizer")
    try fileSystem.removeDirectoryAndFiles(partial)
    try fileSystem.createDirectoryAndParents(partial)
    var (training, held) = (
      ShardWriter("train", self, partial, fileSystem), ShardWriter("validation", self, partial, fileSystem)
    )
    var (documents, bytes, done) = (0, 0, 0)
    for (file, size) in zip(files, sizes) {
      let corpus = try CorpusReader(path: file, field: field).documents(of: file)
      let split = corpus.split(validation: validation, test: 0)
      try training.append(corpus.tokens(in: split.training, by: tokenizer))
      try held.append(corpus.tokens(in: split.validation, by: tokenizer))
      documents += corpus.ends.count
      bytes += corpus.bytes.count
      done += size
      report(done, total)
    }
    guard bytes > 0 else {
      throw DatasetError.badContent(texts.joined(separator: ", "), "holds no text", remedy: "Bring text.")
    }
    let index = TokenIndex(
      vocabulary: tokenizer.vocabularySize, dtype: width == 2 ? "uint16" : "uint32",
      tokenizerFingerprint: fingerprint, documents: documents, bytes: bytes,
      shards: try training.finish() + held.finish())
    try index.write(into: partial, fileSystem)
    try TokenizerFile.write(tokenizer, to: "\(partial)/tokenizer", fileSystem: fileSystem)
    try fileSystem.synchronizeDirectory(partial)
    try fileSystem.rename(partial, to: folder)
    return index
  }

  /// Bytes of a token.
  var width: Int { tokenizer.vocabularySize <= 1 << 16 ? 2 : 4 }

  /// What stands between the texts of two files.
  var separator: [Int32] { Corpus.separator(of: tokenizer) }

  private var fingerprint: String {
    var hash = Fingerprint()
    hash.mix(tokenizer)
    return String(hash.value, radix: 16)
  }
}

/// Writes the tokens of one split into shards.
private struct ShardWriter {
  private let name: String
  private let preparation: TokenPreparation
  private let folder: String
  private let files: any FileSystem
  private var tokens: [Int32] = []
  private var counts: [Int] = []

  init(_ name: String, _ preparation: TokenPreparation, _ folder: String, _ files: any FileSystem) {
    self.name = name
    self.preparation = preparation
    self.folder = folder
    self.files = files
  }

  mutating func append(_ new: TokenSequence) throws {
    if new.count > 0, !(tokens.isEmpty && counts.isEmpty) { tokens += preparation.separator }
    new.append(0..<new.count, to: &tokens)
    var rest = tokens[...]
    while rest.count >= preparation.shardTokens {
      try write(rest.prefix(preparation.shardTokens))
      rest = rest.dropFirst(preparation.shardTokens)
    }
    tokens = Array(rest)
  }

  /// Writes what is left, and gives the shards their names, which tell how many there are.
  mutating func finish() throws -> [TokenIndex.Shard] {
    if !tokens.isEmpty { try write(tokens[...]) }
    return try counts.indices.map { number in
      let file = "\(name)-\(Self.padded(number))-of-\(Self.padded(counts.count)).bin"
      try files.rename(path(number), to: "\(folder)/\(file)")
      return TokenIndex.Shard(file: file, tokens: counts[number])
    }
  }

  private mutating func write(_ shard: ArraySlice<Int32>) throws {
    var bytes = TokenFileHeader.bytes(width: preparation.width, count: shard.count)
    bytes.reserveCapacity(bytes.count + shard.count * preparation.width)
    for token in shard {
      let word = UInt32(bitPattern: token)
      for place in 0..<preparation.width { bytes.append(UInt8(truncatingIfNeeded: word >> (8 * UInt32(place)))) }
    }
    let file = try files.createFile(path(counts.count))
    try bytes.withUnsafeBytes { try file.write($0) }
    try file.synchronize()
    try file.close()
    counts.append(shard.count)
  }

  private func path(_ number: Int) -> String { "\(folder)/\(name)-\(Self.padded(number)).bin" }

  private static func padded(_ number: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
  }
}

extension TokenIndex {
  fileprivate func write(into folder: String, _ files: any FileSystem) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let file = try files.createFile("\(folder)/\(Self.file)")
    try [UInt8](try encoder.encode(self)).withUnsafeBytes { try file.write($0) }
    try file.synchronize()
    try file.close()
  }
}
