import Checkpoints
import Failures
import Files
import ModelZoo

/// What a checkpoint says of its language model: the part of `TrainingRecord.model` that the exchange reads and writes.
struct ExchangedModel {
  var configuration: HuggingFaceConfiguration

  init(_ configuration: HuggingFaceConfiguration) { self.configuration = configuration }

  /// Throws ``ExchangeError`` where the checkpoint is of another kind of model.
  init(of checkpoint: LoadedCheckpoint) throws {
    guard case .object(let members) = checkpoint.manifest.training.model,
      let architecture = members["architecture"], architecture != .null
    else { throw ExchangeError.noLanguageModel(path: checkpoint.path) }
    do {
      configuration = HuggingFaceConfiguration(
        try architecture.decoded(as: LanguageArchitecture.self),
        classes: try members["classes"]?.decoded(as: Int?.self) ?? nil)
      if let tokens = members["special_tokens"] {
        configuration.specialTokens = try SpecialTokens(tokens.decoded(as: [String: JSONValue].self))
      }
    } catch is DecodingError {
      throw ExchangeError.unknownArchitecture(path: checkpoint.path)
    }
  }

  func json(description: String) throws -> JSONValue {
    var members: [String: JSONValue] = [
      "description": .string(description), "architecture": try JSONValue(encoding: configuration.architecture),
      "special_tokens": .object(configuration.specialTokens.ids),
    ]
    members["classes"] = configuration.classes.map { .integer($0) }
    return .object(members)
  }
}

/// A checkpoint that cannot be exchanged.
public enum ExchangeError: UserFacingError, Equatable {
  case noLanguageModel(path: String)
  case unknownArchitecture(path: String)

  public var exitStatus: ExitStatus { .badData }

  public var message: String {
    switch self {
    case .noLanguageModel(let path): "\(path) is no checkpoint of a language model"
    case .unknownArchitecture(let path): "the architecture that \(path) names is not known"
    }
  }

  public var remedy: String? {
    switch self {
    case .noLanguageModel: "Only GPT-2, Llama, OLMo 2, Mixtral, BERT and T5 models have a form to be exported in."
    case .unknownArchitecture: "Use the version of revoada that wrote it, or a newer one."
    }
  }
}
