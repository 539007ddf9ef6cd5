import Failures
import Files

/// The checkpoints of a run: a directory with one folder per saved step.
///
/// A folder `step-00000100` holds `model-00001-of-00002.safetensors`, ..., `optimizer-00001-of-00002.safetensors`, ...
/// (a file of each kind for every process that wrote) and `MANIFEST.json`. Only one run may save into a directory at a
/// time; any number may load.
public struct CheckpointStore: Sendable {
  public let directory: String
  /// How many checkpoints stay after a save.
  public let keepLast: Int
  /// Those whose step is a multiple of it stay besides; 0 for none.
  public let keepEvery: Int
  let fileSystem: any FileSystem

  /// The directory is created by the first save. `keepLast` is at least 1.
  public init(
    directory: String, keepLast: Int = 1, keepEvery: Int = 0, fileSystem: any FileSystem = LocalFileSystem()
  ) {
    precondition(keepLast >= 1, "keepLast is \(keepLast); at least one checkpoint has to stay")
    self.directory = directory
    self.keepLast = keepLast
    self.keepEvery = keepEvery
    self.fileSystem = fileSystem
  }

  /// The steps of which there is a committed checkpoint, sound or not, in ascending order.
  public func steps() throws(FileSystemError) -> [Int] {
    let folders = try folders().filter { $0.state != .partial }
    return Set(folders.map(\.step)).sorted()
  }

  /// Every checkpoint folder of the directory, the newest first; none where the directory does not exist.
  func folders() throws(FileSystemError) -> [CheckpointFolder] {
    guard try fileSystem.exists(directory) else { return [] }
    return try fileSystem.list(directory).compactMap(CheckpointFolder.init(name:)).sorted { $0.isPreferred(to: $1) }
  }

  /// The folder of a step's checkpoint.
  public func path(step: Int) -> String { path(of: CheckpointFolder(step: step)) }

  func path(of folder: CheckpointFolder) -> String { "\(directory)/\(folder.name)" }
}
