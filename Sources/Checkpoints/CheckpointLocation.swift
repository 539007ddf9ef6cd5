import Files

/// What a path given by a person means: one checkpoint, or the checkpoints of a run.
public enum CheckpointLocation: Equatable, Sendable {
  case checkpoint(path: String)
  /// The directory that holds the checkpoint folders.
  case store(directory: String)

  /// `path` is a checkpoint folder, a directory of these, or a run's folder, which has one called `checkpoints`.
  ///
  /// Throws ``CheckpointFailure/notFound(path:)`` where it is none of them.
  public init(path: String, fileSystem: any FileSystem = LocalFileSystem()) throws {
    let path = withoutTrailingSlashes(path)
    guard try fileSystem.exists(path) else { throw CheckpointFailure.notFound(path: path) }
    let hasManifest = try fileSystem.exists("\(path)/\(CheckpointManifest.fileName)")
    if hasManifest || CheckpointFolder(name: lastComponent(of: path)) != nil {
      self = .checkpoint(path: path)
      return
    }
    for directory in [path, "\(path)/checkpoints"] {
      if try !CheckpointStore(directory: directory, fileSystem: fileSystem).steps().isEmpty {
        self = .store(directory: directory)
        return
      }
    }
    throw CheckpointFailure.notFound(path: path)
  }

  /// The checkpoint itself, or the newest good one of the run; every one passed over is reported first.
  public func load(
    fileSystem: any FileSystem = LocalFileSystem(), skipping report: (SkippedCheckpoint) -> Void
  ) throws -> LoadedCheckpoint {
    switch self {
    case .checkpoint(let path):
      return try CheckpointStore(directory: parentDirectory(of: path), fileSystem: fileSystem).load(path: path)
    case .store(let directory):
      let store = CheckpointStore(directory: directory, fileSystem: fileSystem)
      guard let newest = try store.newest(skipping: report) else {
        throw CheckpointFailure.noneSound(directory: directory)
      }
      return newest
    }
  }

  /// The checkpoint itself, or the one of the run that is of a step; throws ``CheckpointFailure``.
  public func load(step: Int, fileSystem: any FileSystem = LocalFileSystem()) throws -> LoadedCheckpoint {
    switch self {
    case .checkpoint: try load(fileSystem: fileSystem, skipping: { _ in })
    case .store(let directory): try CheckpointStore(directory: directory, fileSystem: fileSystem).load(step: step)
    }
  }

  /// The checkpoint itself, or every committed one of the run, the newest first, each checked file by file.
  public func verify(fileSystem: any FileSystem = LocalFileSystem()) throws -> [CheckpointVerification] {
    switch self {
    case .checkpoint(let path):
      return [CheckpointVerification(of: path, fileSystem: fileSystem)]
    case .store(let directory):
      let store = CheckpointStore(directory: directory, fileSystem: fileSystem)
      return try store.folders().filter { $0.state != .partial }.map {
        CheckpointVerification(of: store.path(of: $0), fileSystem: fileSystem)
      }
    }
  }
}

private func withoutTrailingSlashes(_ path: String) -> String {
  let end = path.lastIndex { $0 != "/" }
  return end.map { String(path[...$0]) } ?? path
}

/// What follows the last slash of `path`.
func lastComponent(of path: String) -> String {
  path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
}
