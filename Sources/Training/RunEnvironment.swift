import Checkpoints
import Collectives
import Files
import Supervision
import TensorCore

/// What a run finds around it: everything it uses that is not its configuration.
public struct RunEnvironment {
  public let group: any ProcessGroup
  public let backend: Backend
  public let fileSystem: any FileSystem
  public let display: any TrainingDisplay
  /// A digest of the program, by which ranks find out that one of them runs another build.
  public let programDigest: () throws -> String
  /// Asked after every step: whether the run should save and end.
  public let isInterrupted: () -> Bool
  /// Where the run says how it gets on, for a launcher that watches.
  public let pulse: RunPulse
  /// The lanes of a run whose configuration and checkpoint do not say; `nil` takes one for each rank.
  public let defaultLanes: Int?
  /// Seconds since some moment, by which rank 0 saves every so many (`checkpoint.every_seconds`).
  public let clock: () -> Double
  public let patience: RunPatience

  public init(
    group: any ProcessGroup, backend: Backend, fileSystem: any FileSystem, display: any TrainingDisplay,
    programDigest: @escaping () throws -> String, isInterrupted: @escaping () -> Bool, pulse: RunPulse = RunPulse(),
    defaultLanes: Int? = nil, clock: @escaping () -> Double = secondsSinceStart,
    patience: RunPatience = RunPatience()
  ) {
    self.group = group
    self.backend = backend
    self.fileSystem = fileSystem
    self.display = display
    self.programDigest = programDigest
    self.isInterrupted = isInterrupted
    self.pulse = pulse
    self.defaultLanes = defaultLanes
    self.clock = clock
    self.patience = patience
  }
}

private let start = ContinuousClock.now

/// Seconds since the first call.
public func secondsSinceStart() -> Double { (ContinuousClock.now - start) / .seconds(1) }

/// The files of a run.
public struct RunDirectory: Sendable {
  public let path: String
  /// Where the checkpoints lie.
  public let checkpoints: String

  /// - Parameter checkpoints: their folder, seen from this one; `nil` is the usual one in it, which tools look for.
  public init(_ path: String, checkpoints: String? = nil) {
    self.path = path
    let folder = checkpoints ?? Self.usualCheckpoints
    self.checkpoints = folder.hasPrefix("/") ? folder : path + "/" + folder
  }

  private static let usualCheckpoints = "checkpoints"

  public var configuration: String { path + "/config.yaml" }
  public var metrics: String { path + "/metrics.jsonl" }
  public var summary: String { path + "/summary.json" }
  /// Where the checkpoints lie elsewhere: the link to them.
  var linkToCheckpoints: String { path + "/" + Self.usualCheckpoints }
  /// The file whose lock the run holds that works here.
  var lock: String { path + "/lock" }
  /// The folder of what cuts texts into tokens; there where the samples are texts.
  public var tokenizer: String { path + "/tokenizer" }
}

extension FileSystem {
  /// Writes a whole small file so that nobody ever sees half of it.
  func replace(_ path: String, with text: String) throws {
    try replace(path) { file in
      try Array(text.utf8).withUnsafeBytes { bytes in try file.write(bytes) }
      try file.synchronize()
      try file.close()
    }
  }

  /// Gives the file that `write` has begun the name `path`; where it throws, nothing of the file stays behind.
  @discardableResult
  func replace(_ path: String, by write: (any WritableFile) throws -> Void) throws -> any WritableFile {
    let partial = path + ".partial"
    let file = try createFile(partial)
    do {
      try write(file)
      try rename(partial, to: path)
    } catch {
      try removeFile(partial)
      throw error
    }
    return file
  }
}
