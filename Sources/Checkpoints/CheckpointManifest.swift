import Files
import FoundationEssentials

/// The content of `MANIFEST.json`, the file that makes a folder a checkpoint: it is written last.
public struct CheckpointManifest: Codable, Hashable, Sendable {
  /// The format this version writes. Format 1 differs in that it names the digest of the parameters.
  public static let currentFormatVersion = 2
  /// The formats this version reads.
  static let readableFormatVersions = 1...currentFormatVersion
  static let fileName = "MANIFEST.json"

  /// A file of the checkpoint.
  public struct File: Codable, Hashable, Sendable {
    public let name: String
    public let byteCount: Int
    /// 64 hexadecimal digits.
    public let sha256: String

    enum CodingKeys: String, CodingKey {
      case name, sha256
      case byteCount = "bytes"
    }
  }

  /// A tensor of the checkpoint, and the file that holds it.
  public struct Tensor: Codable, Hashable, Sendable {
    public let name: String
    public let shape: [Int]
    /// The format's name of the values' type; always `F32` so far.
    public let dtype: String
    public let file: String

    public var signature: TensorSignature { TensorSignature(name: name, shape: shape) }
  }

  public let formatVersion: Int
  public let training: TrainingRecord
  /// Sorted by name.
  public let parameters: [Tensor]
  /// Sorted by name.
  public let optimizerState: [Tensor]
  public let files: [File]
  /// In format 1 only; see ``parametersDigest(of:)``. Several ranks write a checkpoint together, and none of them sees all
  /// of its parameters: ``LoadedCheckpoint/parametersDigest()`` finds it out from the files.
  public let parametersDigest: String?

  enum CodingKeys: String, CodingKey {
    case training, parameters, files
    case formatVersion = "format_version"
    case optimizerState = "optimizer_state"
    case parametersDigest = "parameters_digest"
  }
}

// MARK: - As a file

extension CheckpointManifest {
  // The first line is not part of what is encoded: it holds the checksum of the rest, at a fixed place, so that every
  // byte of the file is either compared or hashed, before anything is parsed.
  private static let checksumPrefix = Array("{\n  \"checksum\" : \"".utf8)
  private static let checksumSuffix = Array("\",".utf8)
  private static let checksumByteCount = 64

  /// The bytes of the file: JSON with sorted keys whose first member, `checksum`, is the SHA-256 of the file without
  /// that member (so of `{`, a line end, and everything from the second line on).
  func encoded() -> [UInt8] {
    let encoder = JSONValue.encoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let text: [UInt8]
    do {
      text = [UInt8](try encoder.encode(self)) + [UInt8(ascii: "\n")]
    } catch {
      preconditionFailure("texts and numbers can always be encoded: \(error)")
    }
    let checksum = Array(SHA256Digest.hexadecimal(of: text).utf8)
    return Self.checksumPrefix + checksum + Self.checksumSuffix + text.dropFirst()
  }

  /// Reads back what ``encoded()`` gave; throws ``CheckpointDamage`` where a single bit of it is another.
  init(decoding bytes: [UInt8]) throws(CheckpointDamage) {
    let checksumStart = Self.checksumPrefix.count
    let checksumEnd = checksumStart + Self.checksumByteCount
    let textStart = checksumEnd + Self.checksumSuffix.count
    guard bytes.count > textStart, bytes.starts(with: Self.checksumPrefix),
      bytes[checksumEnd..<textStart].elementsEqual(Self.checksumSuffix)
    else { throw .manifestChanged }
    let text = [UInt8(ascii: "{")] + bytes[textStart...]
    guard bytes[checksumStart..<checksumEnd].elementsEqual(SHA256Digest.hexadecimal(of: text).utf8) else {
      throw .manifestChanged
    }
    try Self.requireReadable(text)
    let version: Int
    do {
      version = try JSONDecoder().decode(FormatVersion.self, from: Data(text)).formatVersion
      guard Self.readableFormatVersions.contains(version) else { throw CheckpointDamage.otherFormatVersion(version) }
      self = try JSONDecoder().decode(CheckpointManifest.self, from: Data(text))
    } catch let damage as CheckpointDamage {
      throw damage
    } catch {
      throw .manifestUnreadable("\(error)")
    }
    try requireSound()
  }

  private struct FormatVersion: Decodable {
    let formatVersion: Int

    enum CodingKeys: String, CodingKey { case formatVersion = "format_version" }
  }
}
