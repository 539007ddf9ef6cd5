import Checkpoints
import Files
import ModelZoo
import TensorCore

extension ModelImport {
  /// Writes the model as a run's folder that has a checkpoint of step 0 and nothing else but a tokenizer's files: what training,
  /// generation and evaluation start from. It appears whole or not at all.
  ///
  /// Throws where `path` is there already and is not an empty folder.
  @discardableResult
  public func writeRun(to path: String, on backend: Backend, fileSystem: any FileSystem = LocalFileSystem()) throws
    -> SavedCheckpoint
  {
    let parameters = Arena(layout, on: backend)
    try read(into: parameters)
    let run = try NewFolder(
      path, subfolders: ["tokenizer", "checkpoints/step-00000000.partial", "checkpoints/step-00000000", "checkpoints"],
      fileSystem: fileSystem)
    do {
      let tokenizer = try TokenizerFiles.list(in: folder, fileSystem: fileSystem)
      if !tokenizer.isEmpty { try run.createSubfolder("tokenizer") }
      for name in tokenizer { try run.copy("\(folder)/\(name)", to: "tokenizer/\(name)") }
      let saved = try CheckpointStore(directory: "\(run.partial)/checkpoints", fileSystem: fileSystem)
        .save(parameters, as: try record())
      try run.commit()
      return saved
    } catch {
      try run.remove()
      throw error
    }
  }

  /// Nothing was trained: the progress is none, and no configuration has this fingerprint, so that no run takes the checkpoint for
  /// one of its own.
  private func record() throws -> TrainingRecord {
    TrainingRecord(
      progress: TrainingRecord.Progress(step: 0, samplesSeen: 0, lanes: 1, batchSize: 1, seed: 0), optimizer: "none",
      model: try ExchangedModel(configuration).json(description: "\(configuration.makeModel())"),
      configurationFingerprint: "imported")
  }
}

extension CheckpointStore {
  fileprivate func save(_ parameters: Arena, as record: TrainingRecord) throws -> SavedCheckpoint {
    defer { withExtendedLifetime(parameters) {} }
    return try parameters.withMutableValues { values in
      let tensors = parameters.layout.entries.map { entry in
        NamedTensor(
          name: entry.name, shape: entry.shape.dimensions,
          memory: UnsafeBufferPointer(rebasing: values[entry.range]))
      }
      return try save(Checkpoint(training: record, parameters: tensors, optimizerState: []))
    }
  }
}
