import Checkpoints
import Failures
import Files
import ModelZoo

/// What a checkpoint says about its model: enough to build it again.
public struct ModelDescription: Equatable, Sendable {
  public var architecture: LanguageArchitecture
  public var options: ModelOptions

  public init(architecture: LanguageArchitecture, options: ModelOptions = ModelOptions()) {
    self.architecture = architecture
    self.options = options
  }

  /// - Throws: where the checkpoint holds a model of another kind, or describes one that cannot be.
  public init(_ checkpoint: LoadedCheckpoint) throws {
    guard case .object(let members) = checkpoint.manifest.training.model, let value = members["architecture"],
      value != .null
    else { throw NotALanguageModel(path: checkpoint.path) }
    do {
      architecture = try value.decoded(as: LanguageArchitecture.self)
      options = try members["options"]?.decoded(as: ModelOptions.self) ?? ModelOptions()
    } catch {
      throw UnsoundModelDescription(path: checkpoint.path, reason: "a size is missing or of another type")
    }
    try requireSound(path: checkpoint.path)
  }

  /// The members of `TrainingRecord.model` that are read here again.
  public func members() throws -> [String: JSONValue] {
    ["architecture": try JSONValue(encoding: architecture), "options": try JSONValue(encoding: options)]
  }
}

/// A checkpoint of a model that reads no tokens, or was saved before checkpoints told what they hold.
public struct NotALanguageModel: UserFacingError {
  public let path: String

  public init(path: String) { self.path = path }

  public var exitStatus: ExitStatus { .badData }
  public var message: String { "\(path) holds no language model" }
  public var remedy: String? {
    "Give the run of a model of kind gpt, llama, olmo2, moe, bert or t5, or what `revoada checkpoint import` wrote."
  }
}
