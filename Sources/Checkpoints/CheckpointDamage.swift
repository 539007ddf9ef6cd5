import Files

/// What is wrong with a folder that should be a checkpoint.
public enum CheckpointDamage: Error, Equatable, CustomStringConvertible {
  /// The folder was never committed: the process that wrote it ended first.
  case halfWritten
  case missingManifest
  /// The manifest's own checksum does not match: it was cut off or changed.
  case manifestChanged
  /// Sound, but not what this version understands.
  case manifestUnreadable(String)
  case otherFormatVersion(Int)
  case missingFile(String)
  case wrongSize(file: String, expected: Int, found: Int)
  case wrongChecksum(file: String)
  case notSafetensors(file: String, reason: String)
  /// A file's tensors are not those that the manifest lists.
  case otherTensors(file: String)
  /// The parameters do not have the digest that the manifest gives them.
  case wrongParametersDigest
  case unreadable(FileSystemError)

  public var description: String {
    switch self {
    case .halfWritten: "half-written: saving it was interrupted"
    case .missingManifest:
      "\(CheckpointManifest.fileName) is missing: saving it was interrupted, or the file was removed"
    case .manifestChanged: "\(CheckpointManifest.fileName) is cut off or changed: its checksum does not match"
    case .manifestUnreadable(let reason): "\(CheckpointManifest.fileName) is not understood: \(reason)"
    case .otherFormatVersion(let version):
      "written in format \(version), of which this version of revoada knows nothing "
        + "(it reads formats up to \(CheckpointManifest.currentFormatVersion))"
    case .missingFile(let file): "\(file) is missing"
    case .wrongSize(let file, let expected, let found):
      "\(file) is \(found < expected ? "truncated" : "too long"): \(found) of \(expected) bytes"
    case .wrongChecksum(let file): "\(file) is changed: its checksum does not match"
    case .notSafetensors(let file, let reason): "\(file) is not a sound safetensors file: \(reason)"
    case .otherTensors(let file): "\(file) does not hold the tensors that \(CheckpointManifest.fileName) lists"
    case .wrongParametersDigest: "the parameters do not have the digest that \(CheckpointManifest.fileName) gives"
    case .unreadable(let error): error.message
    }
  }
}

/// A checkpoint that was passed over while looking for the newest good one.
public struct SkippedCheckpoint: Equatable, Sendable, CustomStringConvertible {
  public let path: String
  public let damage: CheckpointDamage

  public var description: String { "skipped checkpoint \(path): \(damage)" }
}
