import Checkpoints
import Files
import Inference

/// Which trained model is to be judged, and by what.
public struct EvaluationRequest: Sendable {
  public enum Part: String, CaseIterable, Sendable {
    case training, validation, test
    /// All samples, however a run would share them out.
    case all
  }

  /// A run's folder, or a checkpoint's.
  public var path: String
  /// Settings that replace those of the run, each `section.key=value`.
  public var overrides: [String] = []
  /// A text to judge a language model by, all of it, instead of what the run's configuration says.
  public var text: String?
  /// The tokenizer's file or folder; `nil`: the run's.
  public var tokenizer: String?
  /// `nil`: the first that there is of validation, test and training.
  public var part: Part?

  public init(path: String) { self.path = path }

  /// The configuration that says which data there are, and how they become samples.
  ///
  /// It is the run's config.yaml, or what the checkpoint remembers of it where that is lost. A model that came from elsewhere
  /// has none: its text is cut by the tokenizer beside it into windows as long as its context.
  func configuration(
    _ checkpoint: LoadedCheckpoint, of description: ModelDescription?, in files: any FileSystem
  ) throws -> RunConfiguration {
    let run = RunDirectory(parentDirectory(of: parentDirectory(of: checkpoint.path)))
    let ownTokenizer = try files.exists(run.tokenizer) ? run.tokenizer : nil
    var configuration: RunConfiguration
    if let text {
      guard let description else { throw NotALanguageModel(path: checkpoint.path) }
      configuration = try RunConfiguration(
        judging: description, by: text, checkpoint: checkpoint.path, overrides: overrides)
    } else if try files.exists(run.configuration) {
      configuration = try RunConfiguration.read(file: run.configuration, overrides: overrides)
    } else if let yaml = checkpoint.configurationText {
      configuration = try RunConfiguration.parse(
        yaml, name: "the configuration in \(checkpoint.path)", directory: "/", overrides: overrides,
        workingDirectory: RunConfiguration.currentDirectory())
    } else {
      throw TrainingError.noConfiguration(path: checkpoint.path)
    }
    if configuration.data.kind.isText, configuration.data.kind != .tokens {
      if let folder = tokenizer ?? ownTokenizer {
        // What was learnt from the run's text must not be learnt anew from another.
        configuration.data.tokenizer = .file
        configuration.data.tokenizerPath = ResolvedPath(folder)
      } else if text != nil {
        throw GenerationError.noTokenizer(path: checkpoint.path)
      }
    }
    if text != nil || part == .all { (configuration.data.validation, configuration.data.test) = (0, 0) }
    return configuration
  }
}

extension RunConfiguration {
  /// What T5 reads at once, whose positions never end.
  private static let contextOfAnyLength = 512

  /// A text for a language model, in windows as long as its context.
  fileprivate init(
    judging description: ModelDescription, by text: String, checkpoint: String, overrides: [String]
  ) throws {
    var configuration = RunConfiguration()
    configuration.model.kind = .pretrained
    configuration.model.path = ResolvedPath(checkpoint)
    configuration.data.kind = .text
    configuration.data.path = ResolvedPath(text)
    configuration.data.context = min(description.architecture.context ?? Self.contextOfAnyLength, 1 << 16)
    (configuration.data.validation, configuration.data.test) = (0, 0)
    let folder = try RunConfiguration.currentDirectory()
    self = try RunConfiguration.parse(
      configuration.resolvedYAML, name: text, directory: folder, overrides: overrides, workingDirectory: folder)
  }
}

extension LoadedCheckpoint {
  /// The resolved configuration of the run that wrote the checkpoint; `nil`: no run did.
  fileprivate var configurationText: String? {
    guard case .object(let members) = manifest.training.model, case .string(let text) = members["configuration"] else {
      return nil
    }
    return text
  }
}
