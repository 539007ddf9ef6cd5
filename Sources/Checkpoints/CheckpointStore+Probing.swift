import Files

/// What is to be known of the directory before a run trains for an hour towards its first checkpoint.
extension CheckpointStore {
  /// Makes the directory where it is missing, writes a small file there, and throws unless that reaches the disk and there
  /// is room: two checkpoints lie side by side while one is written, and those that are there already count.
  ///
  /// - Parameters:
  ///   - token: a word that no earlier file has in its name. Who finds the file sees this directory.
  ///   - byteCount: of one checkpoint.
  public func probe(token: String, checkpointByteCount byteCount: Int) throws(CheckpointFailure) {
    do throws(FileSystemError) {
      try fileSystem.createDirectoryAndParents(directory, isPrivate: true)
      for name in try fileSystem.list(directory) where name.hasPrefix(Self.tokenPrefix) {
        try fileSystem.removeFile("\(directory)/\(name)")
      }
      let file = try fileSystem.createFile(path(ofToken: token))
      var output = HashingOutput(file: file)
      try output.write(Array(token.utf8))
      _ = try output.finish()
    } catch {
      removeAfterFailure(token: token)
      throw .unusable(directory: directory, cause: error)
    }
    try requireRoom(checkpointByteCount: byteCount, token: token)
  }

  private func requireRoom(checkpointByteCount byteCount: Int, token: String) throws(CheckpointFailure) {
    let (free, missing): (Int, Int)
    do throws(FileSystemError) {
      missing = max(1, 2 - (try steps().count))
      free = try fileSystem.freeByteCount(directory)
    } catch {
      removeAfterFailure(token: token)
      throw .unusable(directory: directory, cause: error)
    }
    guard free / missing < byteCount else { return }
    removeAfterFailure(token: token)
    throw .tooLittleSpace(directory: directory, free: free, needed: missing * byteCount)
  }

  /// Whether this process sees the file that ``probe(token:checkpointByteCount:)`` has made on another.
  public func sees(token: String) throws(FileSystemError) -> Bool { try fileSystem.exists(path(ofToken: token)) }

  public func remove(token: String) throws(CheckpointFailure) {
    do throws(FileSystemError) {
      try fileSystem.removeFile(path(ofToken: token))
    } catch {
      throw .unusable(directory: directory, cause: error)
    }
  }

  private static let tokenPrefix = "token-"

  private func path(ofToken token: String) -> String { "\(directory)/\(Self.tokenPrefix)\(token)" }

  /// Where not even this succeeds, the error that is reported says enough.
  private func removeAfterFailure(token: String) {
    do throws(FileSystemError) {
      if try sees(token: token) { try fileSystem.removeFile(path(ofToken: token)) }
    } catch {
      return
    }
  }
}
