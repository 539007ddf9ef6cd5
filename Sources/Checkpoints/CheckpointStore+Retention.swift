import Files

extension CheckpointStore {
  /// Removes interrupted saves, replaced checkpoints, and those up to `step` that ``keepLast`` and ``keepEvery`` do not keep.
  /// Called when the checkpoint of `step` was verified.
  ///
  /// - Returns: the steps whose checkpoints went because of the latter.
  func removeObsolete(upTo step: Int) throws(FileSystemError) -> [Int] {
    try removeInterrupted()
    try settleReplaced()
    let obsolete = try self.folders().filter { $0.state == .committed && $0.step <= step }.dropFirst(keepLast).filter {
      keepEvery == 0 || !$0.step.isMultiple(of: keepEvery)
    }
    for folder in obsolete { try remove(folder) }
    try fileSystem.synchronizeDirectory(directory)
    return obsolete.map(\.step).reversed()
  }

  /// Removes what saves have left that were interrupted.
  func removeInterrupted() throws(FileSystemError) {
    for folder in try folders() where folder.state == .partial {
      try fileSystem.removeDirectoryAndFiles(path(of: folder))
    }
  }

  /// Removes replaced checkpoints; one whose replacement never came gets its name back.
  private func settleReplaced() throws(FileSystemError) {
    let folders = try folders()
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
  func remove(_ folder: CheckpointFolder) throws(FileSystemError) {
    let partial = path(of: CheckpointFolder(step: folder.step, state: .partial))
    try fileSystem.rename(path(of: folder), to: partial)
    try fileSystem.removeDirectoryAndFiles(partial)
  }
}
