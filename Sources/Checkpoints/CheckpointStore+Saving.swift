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

/// Saving, so that at every instant, whatever dies, a complete checkpoint exists:
///
/// 1. ``begin(step:)``: make `step-N.partial`.
/// 2. ``write(_:named:step:)``, by however many processes at a time: write a file of tensors there, fsync it.
/// 3. ``commit(_:_:files:)``: write the manifest, fsync it and the folder. If `step-N` exists already (a run resumed from an
///    older step), move it aside to `step-N.replaced`, which loading still accepts. Rename `step-N.partial` to `step-N`, and
///    fsync the directory.
/// 4. Read all of it back; what does not verify counts as not saved and is withdrawn.
/// 5. Only now remove what is obsolete: interrupted saves, replaced ones, and all but the last ``keepLast`` checkpoints up
///    to this step. Checkpoints of later steps are left alone: they belong to a run that this one went back behind.
///
/// Whatever fails, nothing older is removed.
extension CheckpointStore {
  /// All of it by one process.
  @discardableResult
  public func save(_ checkpoint: Checkpoint) throws(CheckpointFailure) -> SavedCheckpoint {
    let step = checkpoint.training.progress.step
    let shares = CheckpointShares(
      parameters: checkpoint.parameters.map(\.signature), optimizerState: checkpoint.optimizerState.map(\.signature))
    try begin(step: step)
    var files: [CheckpointManifest.File] = []
    do throws(FileSystemError) {
      let share = shares.shares[0]
      for (shard, tensors) in [(share.model, checkpoint.parameters), (share.optimizer, checkpoint.optimizerState)] {
        guard let shard else { continue }
        files.append(try write(tensors, named: shard.fileName, step: step))
      }
    } catch {
      throw notSaved(step: step, error)
    }
    return try commit(checkpoint.training, shares, files: files)
  }

  /// Makes the folder that the files of a step's checkpoint are written into, without what an interrupted save of the step
  /// has left there.
  public func begin(step: Int) throws(CheckpointFailure) {
    do throws(FileSystemError) {
      try fileSystem.createDirectoryAndParents(directory, isPrivate: true)
      let partial = path(of: CheckpointFolder(step: step, state: .partial))
      try fileSystem.removeDirectoryAndFiles(partial)
      try fileSystem.createDirectory(partial)
    } catch {
      throw notSaved(step: step, error)
    }
  }

  /// Writes one of a checkpoint's files, and waits until it would survive a power cut.
  ///
  /// - Returns: its line in the manifest.
  public func write(
    _ tensors: [NamedTensor], named name: String, step: Int
  ) throws(FileSystemError) -> CheckpointManifest.File {
    let folder = path(of: CheckpointFolder(step: step, state: .partial))
    let written = try SafetensorsFile.write(tensors, to: "\(folder)/\(name)", fileSystem: fileSystem)
    return CheckpointManifest.File(name: name, byteCount: written.byteCount, sha256: written.sha256)
  }

  /// Makes a checkpoint of the files that were written, all those of `shares`.
  public func commit(
    _ training: TrainingRecord, _ shares: CheckpointShares, files: [CheckpointManifest.File]
  ) throws(CheckpointFailure) -> SavedCheckpoint {
    let step = training.progress.step
    let folder = CheckpointFolder(step: step)
    let manifest = CheckpointManifest(
      formatVersion: CheckpointManifest.currentFormatVersion, training: training, parameters: shares.parameterRows,
      optimizerState: shares.optimizerStateRows, files: files.sorted { $0.name < $1.name }, parametersDigest: nil)
    var replaced: CheckpointFolder?
    do throws(FileSystemError) {
      try write(manifest, into: path(of: CheckpointFolder(step: step, state: .partial)))
      replaced = try moveAside(folder)
      try fileSystem.rename(path(of: CheckpointFolder(step: step, state: .partial)), to: path(of: folder))
      try fileSystem.synchronizeDirectory(directory)
    } catch {
      throw notSaved(step: step, error)
    }
    do throws(CheckpointDamage) {
      let found = try LoadedCheckpoint(verifying: path(of: folder), fileSystem: fileSystem).manifest
      guard found == manifest else { throw .manifestChanged }
    } catch {
      withdraw(folder, replaced)
      throw CheckpointFailure.notVerified(step: step, directory: directory, error)
    }
    var removedSteps: [Int] = []
    let cleanUpFailure = failure { () throws(FileSystemError) in removedSteps = try removeObsolete(upTo: step) }
    return SavedCheckpoint(
      path: path(of: folder), manifest: manifest, removedSteps: removedSteps, cleanUpFailure: cleanUpFailure)
  }

  /// The error of a save that `cause` ended, after what was written of it is removed.
  public func notSaved(step: Int, _ cause: FileSystemError) -> CheckpointFailure {
    let leftover = failure { () throws(FileSystemError) in try discard(step: step) }
    return CheckpointFailure.notSaved(step: step, directory: directory, cause: cause, leftover: leftover)
  }

  /// Removes what was written of a checkpoint that is not to be.
  public func discard(step: Int) throws(FileSystemError) {
    try fileSystem.removeDirectoryAndFiles(path(of: CheckpointFolder(step: step, state: .partial)))
  }

  private func failure(of body: () throws(FileSystemError) -> Void) -> FileSystemError? {
    do throws(FileSystemError) {
      try body()
      return nil
    } catch {
      return error
    }
  }

  private func write(_ manifest: CheckpointManifest, into folder: String) throws(FileSystemError) {
    var output = HashingOutput(file: try fileSystem.createFile("\(folder)/\(CheckpointManifest.fileName)"))
    try output.write(manifest.encoded())
    _ = try output.finish()
    try fileSystem.synchronizeDirectory(folder)
  }

  /// Gives an older checkpoint of the same step another name, if there is one, and returns that.
  private func moveAside(_ folder: CheckpointFolder) throws(FileSystemError) -> CheckpointFolder? {
    guard try fileSystem.exists(path(of: folder)) else { return nil }
    var number = 0
    while try fileSystem.exists(path(of: CheckpointFolder(step: folder.step, state: .replaced(number)))) {
      number += 1
    }
    let replaced = CheckpointFolder(step: folder.step, state: .replaced(number))
    try fileSystem.rename(path(of: folder), to: path(of: replaced))
    return replaced
  }

  /// Takes back a checkpoint that did not verify. What cannot be taken back stays: loading passes it over.
  private func withdraw(_ folder: CheckpointFolder, _ replaced: CheckpointFolder?) {
    _ = failure { () throws(FileSystemError) in
      if try fileSystem.exists(path(of: folder)) { try remove(folder) }
      try discard(step: folder.step)
      if let replaced { try fileSystem.rename(path(of: replaced), to: path(of: folder)) }
      try fileSystem.synchronizeDirectory(directory)
    }
  }
}
