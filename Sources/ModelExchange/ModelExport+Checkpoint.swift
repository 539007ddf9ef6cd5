import Checkpoints
import Files
import Inference
import Layers
import ModelZoo
import TensorCore
import Tokenizers

extension ModelExport {
  /// The model of a checkpoint, with the tokenizer of its run.
  ///
  /// Throws `NotALanguageModel` where it is of another kind.
  public init(of checkpoint: LoadedCheckpoint, fileSystem: any FileSystem = LocalFileSystem()) throws {
    let description = try ModelDescription(checkpoint)
    let tokenizer = try RunTokenizerFiles(of: checkpoint, fileSystem: fileSystem)
    self.init(
      HuggingFaceConfiguration(
        description.architecture, classes: description.options.classes,
        specialTokens: SpecialTokens(ofCheckpoint: checkpoint) ?? tokenizer.specialTokens))
    companions = tokenizer.names
    companionFolder = tokenizer.folder
  }

  /// Writes the checkpoint's values: see ``write(to:fileSystem:value:)``. What low-rank adapters have learned is added to the
  /// layers they stand beside.
  ///
  /// Throws `CheckpointFailure` where its parameters are not the model's.
  public func write(
    _ checkpoint: LoadedCheckpoint, to path: String, on backend: Backend,
    fileSystem: any FileSystem = LocalFileSystem()
  ) throws {
    let parameters = try CheckpointParameters(checkpoint, on: backend)
    try write(to: path, fileSystem: fileSystem) { index throws(FileSystemError) in
      try parameters.merged(layout.entries[index].name)
    }
  }
}

/// A checkpoint's parameters, read one by one.
struct CheckpointParameters {
  private let checkpoint: LoadedCheckpoint
  private let backend: Backend
  private let adapters: AdapterOptions?
  private let tensors: [String: CheckpointManifest.Tensor]

  /// Throws unless the checkpoint has just the parameters of the model that it says it holds.
  init(_ checkpoint: LoadedCheckpoint, on backend: Backend) throws {
    let description = try ModelDescription(checkpoint)
    let entries = description.architecture.makeModel(description.options).layout.entries
    try checkpoint.requireParameters(
      entries.map { TensorSignature(name: $0.name, shape: $0.shape.dimensions) })
    self.checkpoint = checkpoint
    self.backend = backend
    adapters = description.options.adapters
    tensors = Dictionary(uniqueKeysWithValues: checkpoint.manifest.parameters.map { ($0.name, $0) })
  }

  /// The parameter, with what its adapter adds to it where it has one: W + (alpha / rank) A B.
  func merged(_ name: String) throws(FileSystemError) -> Tensor {
    guard let value = try tensor(name) else { preconditionFailure("\(name) was found when the checkpoint was opened") }
    guard let adapters, name.hasSuffix(".weight") else { return value }
    let layer = name.dropLast("weight".count)
    guard let down = try tensor(layer + "adapter.down"), let up = try tensor(layer + "adapter.up") else { return value }
    return value + adapters.scale * Tensor.matrixProduct(down, up)
  }

  private func tensor(_ name: String) throws(FileSystemError) -> Tensor? {
    guard let tensor = tensors[name] else { return nil }
    return Tensor(try checkpoint.values(of: tensor), Shape(tensor.shape), on: backend)
  }
}
