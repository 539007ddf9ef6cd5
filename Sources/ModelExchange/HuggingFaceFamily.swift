import Files
import ModelZoo

/// What the exchange knows of a kind of model: its `config.json` and its tensors. One file per family declares both.
protocol HuggingFaceFamily {
  /// The sizes that a `config.json` gives. Throws ``HuggingFaceConfigurationError`` where it asks for something that our model
  /// of this family does not do.
  init(_ fields: ConfigurationFields) throws(HuggingFaceConfigurationError)

  /// What a `config.json` says of these sizes.
  var configuration: [String: JSONValue] { get }

  /// The Hugging Face classes that take all of the tensors.
  var classNames: ClassNames { get }

  /// One for each module of the model.
  var weightRules: [WeightRule] { get }

  /// What the names of a whole model's tensors begin with and those of its body alone lack: `transformer.`, in files that
  /// were saved before there was a head. Public GPT-2 is one.
  var bodyPrefix: String { get }

  /// Tensors, with a `*` for each number, that a folder may hold although they are not parameters: tables that follow from the
  /// sizes, and heads of other tasks.
  var ignoredTensors: [String] { get }

  /// Tensors that a folder may hold besides, if they are the same as another: a head that shares the table of tokens.
  var copies: [(copy: String, original: String)] { get }

  /// Tokens that readers of the family cannot do without, for models that name none.
  var specialTokens: [String: JSONValue] { get }
}

/// What Hugging Face calls the classes of a family.
struct ClassNames {
  /// What all begin with.
  var model: String
  /// What follows for the one with a head for tokens.
  var language: String

  static let classifier = "ForSequenceClassification"

  /// The class of a model with a head for so many classes of sequences; `nil`: for tokens.
  func name(classes: Int?) -> String { model + (classes == nil ? language : Self.classifier) }
}

extension HuggingFaceFamily {
  var specialTokens: [String: JSONValue] { [:] }
}

extension LanguageArchitecture {
  /// The sizes, as what the exchange knows of them.
  var huggingFace: any HuggingFaceFamily {
    switch self {
    case .gpt2(let sizes): sizes
    case .llama(let sizes): sizes
    case .olmo2(let sizes): sizes
    case .mixture(let sizes): sizes
    case .bert(let sizes): sizes
    case .t5(let sizes): sizes
    }
  }

  init(_ fields: ConfigurationFields) throws(HuggingFaceConfigurationError) {
    let types = Family.allCases.map(\.modelType)
    let type = try fields.choice("model_type", types)
    guard let family = Family.allCases.first(where: { $0.modelType == type }) else {
      preconditionFailure("\(type) is one of \(types)")
    }
    switch family {
    case .gpt2: self = .gpt2(try GPT2(fields))
    case .llama: self = .llama(try Llama(fields))
    case .olmo2: self = .olmo2(try OLMo2(fields))
    case .mixture: self = .mixture(try MixtureOfExperts(fields))
    case .bert: self = .bert(try BERT(fields))
    case .t5: self = .t5(try T5(fields))
    }
  }
}

extension LanguageArchitecture.Family {
  /// What a `config.json` calls it.
  var modelType: String {
    switch self {
    case .gpt2: "gpt2"
    case .llama: "llama"
    case .olmo2: "olmo2"
    case .mixture: "mixtral"
    case .bert: "bert"
    case .t5: "t5"
    }
  }
}
