import Checkpoints
import Files
import ModelZoo
import TensorCore

extension ModelExport {
  /// The model of a checkpoint, with the tokenizer of its run.
  ///
  /// Throws ``ExchangeError`` where it is no language model's.
  public init(of checkpoint: LoadedCheckpoint, fileSystem: any FileSystem = LocalFileSystem()) throws {
    self.init(try ExchangedModel(of: checkpoint).configuration)
    // checkpoints/step-... lies in the run's folder.
    companionFolder = parentDirectory(of: parentDirectory(of: checkpoint.path)) + "/tokenizer"
    companions = try TokenizerFiles.list(in: companionFolder, fileSystem: fileSystem)
  }

  /// Writes the checkpoint's values: see ``write(to:fileSystem:value:)``.
  ///
  /// Throws `CheckpointFailure` where its parameters are not the model's.
  public func write(
    _ checkpoint: LoadedCheckpoint, to path: String, on backend: Backend,
    fileSystem: any FileSystem = LocalFileSystem()
  ) throws {
    let entries = layout.entries
    try checkpoint.requireParameters(
      entries.map { TensorSignature(name: $0.name, shape: $0.shape.dimensions) })
    let tensors = Dictionary(uniqueKeysWithValues: checkpoint.manifest.parameters.map { ($0.name, $0) })
    try write(to: path, fileSystem: fileSystem) { index throws(FileSystemError) in
      guard let tensor = tensors[entries[index].name] else { preconditionFailure("\(entries[index].name) was found") }
      return Tensor(try checkpoint.values(of: tensor), entries[index].shape, on: backend)
    }
  }
}
