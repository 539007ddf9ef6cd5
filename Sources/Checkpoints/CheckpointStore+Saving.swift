import Files

/// What a successful save did.
public struct SavedCheckpoint: Equatable, Sendable {
  public let path: String
  public let manifest: CheckpointManifest
  /// The steps whose checkpoints were removed because of ``CheckpointStore/keepLast``.
  public let removedSteps: [Int]
  /// Set where something old could not be removed. The new checkpoint is safe all the same.
  public let cleanUpFailure: FileSystemError?
}

extension CheckpointStore {
  /// Saves a checkpoint so that at every instant, whatever dies, a complete one exists.
  ///
  /// 1. Write `step-N.partial`: the tensors, then the manifest; fsync every file and the folder.
  /// 2. If `step-N` exists already (a run resumed from an older step), move it aside to `step-N.replaced`, which
  ///    loading still accepts. Then rename `step-N.partial` to `step-N`, and fsync the directory: committed.
  /// 3. Remove what is obsolete: interrupted saves, replaced ones, and all but the last ``keepLast`` checkpoints up to
  ///    this step. Checkpoints of later steps are left alone: they belong to a run that this one went back behind.
  ///
  /// Throws ``CheckpointFailure/notSaved(step:directory:cause:leftover:)`` if 1 or 2 fails; nothing older is removed
  /// then.
  @discardableResult
  public func save(_ checkpoint: Checkpoint) throws(CheckpointFailure) -> SavedCheckpoint {
    let step = checkpoint.training.progress.step
    let partial = CheckpointFolder(step: step, state: .partial)
    let manifest: CheckpointManifest
    do throws(FileSystemError) {
      try fileSystem.createDirectoryAndParents(directory)
      try fileSystem.removeDirectoryAndFiles(path(of: partial))
      manifest = try write(checkpoint, into: path(of: partial))
      try commit(partial)
    } catch {
      let leftover = failure { () throws(FileSystemError) in try fileSystem.removeDirectoryAndFiles(path(of: partial)) }
      throw CheckpointFailure.notSaved(step: step, directory: directory, cause: error, leftover: leftover)
    }
    var removedSteps: [Int] = []
    let cleanUpFailure = failure { () throws(FileSystemError) in removedSteps = try removeObsolete(upTo: step) }
    return SavedCheckpoint(
      path: path(of: CheckpointFolder(step: step)), manifest: manifest, removedSteps: removedSteps,
      cleanUpFailure: cleanUpFailure)
  }

  private func failure(of body: () throws(FileSystemError) -> Void) -> FileSystemError? {
    do throws(FileSystemError) {
      try body()
      return nil
    } catch {
      return error
    }
  }

  private func write(_ checkpoint: Checkpoint, into folder: String) throws(FileSystemError) -> CheckpointManifest {
    try fileSystem.createDirectory(folder)
    var files: [CheckpointManifest.File] = []
    let parameters = try writeShard("model", checkpoint.parameters, into: folder, listing: &files)
    let optimizerState = try writeShard("optimizer", checkpoint.optimizerState, into: folder, listing: &files)
    let manifest = CheckpointManifest(
      formatVersion: CheckpointManifest.currentFormatVersion, training: checkpoint.training, parameters: parameters,
      optimizerState: optimizerState, files: files, parametersDigest: parametersDigest(of: checkpoint.parameters))
    let bytes = manifest.encoded()
    var output = HashingOutput(file: try fileSystem.createFile("\(folder)/\(CheckpointManifest.fileName)"))
    try output.write(bytes)
    _ = try output.finish()
    try fileSystem.synchronizeDirectory(folder)
    return manifest
  }

  /// Writes the tensors as shard 1 of 1, and returns their rows in the manifest's table.
  private func writeShard(
    _ kind: String, _ tensors: [NamedTensor], into folder: String, listing files: inout [CheckpointManifest.File]
  ) throws(FileSystemError) -> [CheckpointManifest.Tensor] {
    let name = shardName(kind, number: 1, of: 1)
    let written = try SafetensorsFile.write(tensors, to: "\(folder)/\(name)", fileSystem: fileSystem)
    files.append(CheckpointManifest.File(name: name, byteCount: written.byteCount, sha256: written.sha256))
    return tensors.sortedByName().map { tensor in
      CheckpointManifest.Tensor(
        name: tensor.name, shape: tensor.shape, dtype: SafetensorsFile.ElementType.float32.rawValue, file: name)
    }
  }

  private func commit(_ partial: CheckpointFolder) throws(FileSystemError) {
    let committed = path(of: CheckpointFolder(step: partial.step))
    if try fileSystem.exists(committed) {
      var aside = 0
      while try fileSystem.exists(path(of: CheckpointFolder(step: partial.step, state: .replaced(aside)))) {
        aside += 1
      }
      try fileSystem.rename(committed, to: path(of: CheckpointFolder(step: partial.step, state: .replaced(aside))))
    }
    try fileSystem.rename(path(of: partial), to: committed)
    try fileSystem.synchronizeDirectory(directory)
  }
}

// MARK: - Removing what is obsolete

extension CheckpointStore {
  /// Returns the steps whose checkpoints went because of ``keepLast``.
  private func removeObsolete(upTo step: Int) throws(FileSystemError) -> [Int] {
    let folders = try folders()
    for folder in folders where folder.state == .partial { try fileSystem.removeDirectoryAndFiles(path(of: folder)) }
    try settleReplaced(folders)
    let obsolete = try self.folders().filter { $0.state == .committed && $0.step <= step }.dropFirst(keepLast)
    for folder in obsolete { try remove(folder) }
    try fileSystem.synchronizeDirectory(directory)
    return obsolete.map(\.step).reversed()
  }

  /// Removes replaced checkpoints; one whose replacement never came gets its name back.
  private func settleReplaced(_ folders: [CheckpointFolder]) throws(FileSystemError) {
    var committedSteps = Set(folders.filter { $0.state == .committed }.map(\.step))
    for folder in folders {
      guard case .replaced = folder.state else { continue }
      if committedSteps.insert(folder.step).inserted {
        try fileSystem.rename(path(of: folder), to: path(of: CheckpointFolder(step: folder.step)))
      } else {
        try remove(folder)
      }
    }
  }

  /// Renames first, so that a removal cut short does not leave a folder that looks like a damaged checkpoint.
  private func remove(_ folder: CheckpointFolder) throws(FileSystemError) {
    let partial = path(of: CheckpointFolder(step: folder.step, state: .partial))
    try fileSystem.rename(path(of: folder), to: partial)
    try fileSystem.removeDirectoryAndFiles(partial)
  }
}
