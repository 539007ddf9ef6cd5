import Checkpoints
import Files
import Inference
import ModelZoo
import TensorCore

/// A language model whose training goes on from a checkpoint, of this run or another.
struct PretrainedModel {
  let description: ModelDescription
  private let checkpoint: LoadedCheckpoint

  /// What a configuration asks to go on from; `nil`: it begins anew.
  init?(
    of configuration: ModelConfiguration, _ files: any FileSystem, note: (String) -> Void = { _ in }
  ) throws {
    guard configuration.kind == .pretrained else { return nil }
    try self.init(path: configuration.path.string, files) { note("\($0)") }
  }

  /// Reads and checks the checkpoint. `report` is told of damaged ones that are passed over.
  init(path: String, _ files: any FileSystem, skipping report: (SkippedCheckpoint) -> Void) throws {
    checkpoint = try CheckpointLocation(path: path, fileSystem: files).load(fileSystem: files, skipping: report)
    description = try ModelDescription(checkpoint)
  }

  /// The same architecture with these options. Adapters that it had stay unless there are to be others.
  ///
  /// - Throws: where data have more tokens or longer sequences than the model knows, or classes that it cannot tell apart.
  func description(
    _ options: ModelOptions, tokens: Int, context: Int, origin: String
  ) throws(TrainingError) -> ModelDescription {
    let architecture = description.architecture
    guard tokens <= architecture.vocabulary else {
      throw .vocabularyTooSmall(architecture.vocabulary, tokens: tokens, origin: origin)
    }
    if let longest = architecture.context, context > longest { throw .contextTooShort(longest, data: context) }
    guard options.classes == nil || architecture.family != .t5 else { throw .cannotClassify(origin: origin) }
    var options = options
    options.adapters = options.adapters ?? description.options.adapters
    return ModelDescription(architecture: architecture, options: options)
  }

  /// Copies the checkpoint's parameters into those of an arena that have their names; the others keep their first values.
  ///
  /// - Throws: where shapes differ, or the checkpoint has parameters that the model lacks, other than a head.
  func copy(into parameters: Arena) throws {
    let known = Dictionary(uniqueKeysWithValues: checkpoint.manifest.parameters.map { ($0.name, $0.signature) })
    for (index, entry) in parameters.layout.entries.enumerated() where known[entry.name] != nil {
      try parameters.destination(index, accumulates: false).withMutableValues {
        try checkpoint.copyParameter(named: entry.name, shape: entry.shape.dimensions, into: $0)
      }
    }
  }
}
