import Autograd
import Checkpoints
import Files
import Layers
import ModelZoo
import TensorCore

/// A trained language model as a checkpoint holds it: everything needed to go on with it anywhere.
///
///     let saved = try SavedModel.load(path: "runs/verdict", on: backend) { print($0) }
///     let context = ForwardContext(tape: saved.makeTape(), mode: .inference)
///     let logits = saved.model.languageModel.lastLogits(of: batch, context)
public struct SavedModel: Sendable {
  /// The checkpoint's folder; empty where there is none.
  public let path: String
  public let step: Int
  public let architecture: LanguageArchitecture
  /// What was done with it beside its sizes.
  public let options: ModelOptions
  public let model: Model
  public let parameters: Arena
  /// Where the tokenizer lies that the model was trained with; `nil`: nowhere.
  public let tokenizerFolder: String?

  /// - Parameters:
  ///   - path: a checkpoint's folder, one of several, or a run's.
  ///   - report: told of each damaged checkpoint that is passed over.
  /// - Throws: where there is none, where it is damaged, or holds no language model.
  public static func load(
    path: String, on backend: Backend, fileSystem: any FileSystem = LocalFileSystem(),
    skipping report: (SkippedCheckpoint) -> Void
  ) throws -> SavedModel {
    let checkpoint = try CheckpointLocation(path: path, fileSystem: fileSystem)
      .load(fileSystem: fileSystem, skipping: report)
    return try SavedModel(checkpoint, on: backend, fileSystem: fileSystem)
  }

  /// A model that is in memory.
  ///
  /// - Precondition: the parameters are laid out as the model's.
  public init(_ description: ModelDescription, parameters: Arena) {
    architecture = description.architecture
    options = description.options
    model = architecture.makeModel(options)
    precondition(parameters.layout == model.layout, "parameters of another model")
    self.parameters = parameters
    (path, step, tokenizerFolder) = ("", 0, nil)
  }

  private init(_ checkpoint: LoadedCheckpoint, on backend: Backend, fileSystem: any FileSystem) throws {
    let description = try ModelDescription(checkpoint)
    path = checkpoint.path
    step = checkpoint.manifest.training.progress.step
    architecture = description.architecture
    options = description.options
    model = architecture.makeModel(options)
    // Before memory is taken for what a description says.
    try checkpoint.requireParameters(of: model.layout)
    parameters = Arena(model.layout, on: backend)
    try checkpoint.copyParameters(into: parameters)
    let folder = RunTokenizer.folder(ofRun: parentDirectory(of: parentDirectory(of: checkpoint.path)))
    tokenizerFolder = try fileSystem.exists(folder) ? folder : nil
  }

  /// A tape that records nothing.
  public func makeTape() -> Tape { Tape(parameters: parameters, gradients: nil) }
}

/// Where a run keeps the tokenizer of its texts.
public enum RunTokenizer {
  public static func folder(ofRun run: String) -> String { run + "/tokenizer" }
}
