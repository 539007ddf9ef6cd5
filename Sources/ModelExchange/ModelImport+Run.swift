import Checkpoints
import Files
import Inference
import ModelZoo
import TensorCore
import Tokenizers

extension ModelImport {
  /// Writes the model as a run's folder that has a checkpoint of step 0 and nothing else but a tokenizer's files: what training,
  /// generation and evaluation start from. It appears whole or not at all.
  ///
  /// Throws where `path` is there already and is not an empty folder.
  ///
  /// - Parameter tokenizer: its file or folder, where the model's folder has none.
  @discardableResult
  public func writeRun(
    to path: String, tokenizer: String? = nil, on backend: Backend, fileSystem: any FileSystem = LocalFileSystem()
  ) throws -> SavedCheckpoint {
    let parameters = Arena(layout, on: backend)
    try read(into: parameters)
    let run = try NewFolder(
      path, subfolders: ["tokenizer", "checkpoints/step-00000000.partial", "checkpoints/step-00000000", "checkpoints"],
      fileSystem: fileSystem)
    do {
      try writeTokenizer(tokenizer, into: run, fileSystem)
      let saved = try CheckpointStore(directory: "\(run.partial)/checkpoints", fileSystem: fileSystem)
        .save(parameters, as: try record())
      try run.commit()
      return saved
    } catch {
      try run.remove()
      throw error
    }
  }

  /// Copies the tokenizer's files as they are; those of one that is given are read first, so that it is one.
  private func writeTokenizer(_ given: String?, into run: NewFolder, _ fileSystem: any FileSystem) throws {
    if let given { _ = try TokenizerFile.read(path: given, fileSystem: fileSystem) }
    guard try given != nil || !TokenizerFiles.list(in: folder, fileSystem: fileSystem).isEmpty else { return }
    try TokenizerFiles.copy(from: given ?? folder, to: "\(run.partial)/tokenizer", fileSystem: fileSystem)
  }

  /// Nothing was trained: the progress is none, and no configuration has this fingerprint, so that no run takes the checkpoint for
  /// one of its own.
  private func record() throws -> TrainingRecord {
    let description = ModelDescription(
      architecture: configuration.architecture, options: ModelOptions(classes: configuration.classes))
    var members = try description.members()
    members["description"] = .string("\(configuration.makeModel())")
    members[SpecialTokens.member] = .object(configuration.specialTokens.ids)
    return TrainingRecord(
      progress: TrainingRecord.Progress(step: 0, samplesSeen: 0, lanes: 1, batchSize: 1, seed: 0), optimizer: "none",
      model: .object(members), configurationFingerprint: "imported")
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
