extension CheckpointStore {
  /// The newest checkpoint that verifies, or `nil` where there is none.
  ///
  /// Every newer one that is half-written or damaged is reported first, the newest first, and left as it is. A
  /// checkpoint in another format version is not damaged and not skipped: it throws ``CheckpointFailure``.
  public func newest(skipping report: (SkippedCheckpoint) -> Void) throws -> LoadedCheckpoint? {
    for folder in try folders() {
      let path = path(of: folder)
      do throws(CheckpointDamage) {
        if folder.state == .partial { throw .halfWritten }
        return try LoadedCheckpoint(verifying: path, fileSystem: fileSystem)
      } catch {
        if case .otherFormatVersion = error { throw CheckpointFailure.damaged(path: path, error) }
        report(SkippedCheckpoint(path: path, damage: error))
      }
    }
    return nil
  }

  /// The checkpoint of a step, after its checksums were verified; throws ``CheckpointFailure``.
  public func load(step: Int) throws -> LoadedCheckpoint {
    let ofStep = try folders().first { $0.step == step && $0.state != .partial }
    return try load(path: path(of: ofStep ?? CheckpointFolder(step: step)))
  }

  /// The checkpoint in the folder `path`, here or elsewhere, after its checksums were verified; throws
  /// ``CheckpointFailure``.
  public func load(path: String) throws -> LoadedCheckpoint {
    guard try fileSystem.exists(path) else { throw CheckpointFailure.notFound(path: path) }
    do throws(CheckpointDamage) {
      return try LoadedCheckpoint(verifying: path, fileSystem: fileSystem)
    } catch {
      throw CheckpointFailure.damaged(path: path, error)
    }
  }
}
