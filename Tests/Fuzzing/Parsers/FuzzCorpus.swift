import FoundationEssentials
import TestSupport

/// The inputs that are kept: small files that parsers accept or refuse, and those that once were too much for one.
public enum FuzzCorpus {
  public static func bytes(of path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path)))
  }

  /// The files of `Tests/Fuzzing/Corpus/<parser>`, by name.
  public static func seeds(of parser: FuzzedParser) throws -> [String] { try files("Corpus", parser) }

  /// The inputs that a parser once could not bear, `Tests/Fuzzing/Failures/<parser>`.
  public static func failures(of parser: FuzzedParser) throws -> [String] { try files("Failures", parser) }

  private static func files(_ kind: String, _ parser: FuzzedParser) throws -> [String] {
    let folder = "\(repositoryRoot)/Tests/Fuzzing/\(kind)/\(parser.name)"
    guard FileManager.default.fileExists(atPath: folder) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { "\(folder)/\($0)" }
  }
}
