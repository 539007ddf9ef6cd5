import Files
import FoundationEssentials

/// What `revoada data prepare` tells of the files it made, in `index.json` beside them.
public struct TokenIndex: Codable, Hashable, Sendable {
  public struct Shard: Codable, Hashable, Sendable {
    public var file: String
    public var tokens: Int
  }

  /// The version of this form.
  public var version = Self.version
  /// Every token is below it.
  public var vocabulary: Int
  /// `uint16` or `uint32`.
  public var dtype: String
  /// A digest of what the tokens stand for, as a run's fingerprint has it.
  public var tokenizerFingerprint: String
  /// Documents and bytes that were turned into tokens.
  public var documents: Int
  public var bytes: Int
  public var shards: [Shard]

  static let version = 1
  static let file = "index.json"
  /// In the same folder.
  static let tokenizer = "tokenizer/tokenizer.json"

  enum CodingKeys: String, CodingKey {
    case version, vocabulary, dtype, documents, bytes, shards
    case tokenizerFingerprint = "tokenizer_fingerprint"
  }

  /// The index in a folder; `nil` where there is none.
  static func read(inFolder folder: String) throws(DatasetError) -> TokenIndex? {
    let path = "\(folder)/\(file)"
    guard FileReader.entry(at: path) != .nothing else { return nil }
    let bytes = try FileReader.contents(of: path)
    let problem: String
    do {
      let index = try JSONValue.parsed(bytes).decoded(as: TokenIndex.self)
      if index.version == version { return index }
      problem = "version \(index.version) of the form; this program knows \(version)"
    } catch let error as JSONParser.Failure {
      problem = "\(error.reason) at byte \(error.offset)"
    } catch {
      problem = "a key is missing or of another type"
    }
    throw .badContent(path, problem, remedy: remedy)
  }

  /// Throws unless the files are those of the index.
  func require(_ files: [TokenFile], in folder: String) throws(DatasetError) {
    // Two files may have names that differ only in how an accent is written; then the number of shards does not fit.
    let found = Dictionary(
      files.map { (String($0.path.dropFirst(folder.count + 1)), $0.count) }, uniquingKeysWith: { first, _ in first })
    for shard in shards where found[shard.file] != shard.tokens {
      let there = found[shard.file].map { "it holds \($0)" } ?? "it is not there"
      throw .badContent(
        "\(folder)/\(shard.file)", "\(Self.file) tells of \(shard.tokens) tokens, but \(there)", remedy: Self.remedy)
    }
    guard files.count == shards.count else {
      let names = Set(shards.map(\.file))
      let other = found.keys.filter { !names.contains($0) }.min() ?? ""
      throw .badContent("\(folder)/\(other)", "\(Self.file) does not know the file", remedy: Self.remedy)
    }
  }

  private static let remedy = "Prepare the folder again: revoada data prepare."
}

extension JSONValue {
  fileprivate static func parsed(_ bytes: [UInt8]) throws(JSONParser.Failure) -> JSONValue {
    try JSONParser.parse(bytes[...], maximumDepth: 8)
  }
}
