import Layers

/// A language model's family and sizes: what a checkpoint remembers of it, and what is exchanged with other programs.
public enum LanguageArchitecture: Hashable, Sendable {
  case gpt2(GPT2)
  case llama(Llama)
  case olmo2(OLMo2)
  case mixture(MixtureOfExperts)
  case bert(BERT)
  case t5(T5)

  public enum Family: String, Codable, CaseIterable, Sendable {
    case gpt2, llama, olmo2, mixture, bert, t5
  }

  public var family: Family {
    switch self {
    case .gpt2: .gpt2
    case .llama: .llama
    case .olmo2: .olmo2
    case .mixture: .mixture
    case .bert: .bert
    case .t5: .t5
    }
  }

  /// Token ids are below it.
  public var vocabulary: Int {
    switch self {
    case .gpt2(let sizes): sizes.vocabulary
    case .llama(let sizes): sizes.vocabulary
    case .olmo2(let sizes): sizes.vocabulary
    case .mixture(let sizes): sizes.frame.vocabulary
    case .bert(let sizes): sizes.vocabulary
    case .t5(let sizes): sizes.vocabulary
    }
  }

  /// The longest sequence; `nil`: any.
  public var context: Int? {
    switch self {
    case .gpt2(let sizes): sizes.context
    case .llama(let sizes): sizes.context
    case .olmo2(let sizes): sizes.context
    case .mixture(let sizes): sizes.frame.context
    case .bert(let sizes): sizes.context
    case .t5: nil
    }
  }

  public func makeModel(_ options: ModelOptions = ModelOptions()) -> Model {
    switch self {
    case .gpt2(let sizes): sizes.makeModel(options)
    case .llama(let sizes): sizes.makeModel(options)
    case .olmo2(let sizes): sizes.makeModel(options)
    case .mixture(let sizes): sizes.makeModel(options)
    case .bert(let sizes): sizes.makeModel(options)
    case .t5(let sizes): sizes.makeModel(options)
    }
  }
}

/// As JSON: `{"family": "llama", "sizes": {...}}`.
extension LanguageArchitecture: Codable {
  private enum CodingKeys: String, CodingKey {
    case family, sizes
  }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    switch try container.decode(Family.self, forKey: .family) {
    case .gpt2: self = .gpt2(try container.decode(GPT2.self, forKey: .sizes))
    case .llama: self = .llama(try container.decode(Llama.self, forKey: .sizes))
    case .olmo2: self = .olmo2(try container.decode(OLMo2.self, forKey: .sizes))
    case .mixture: self = .mixture(try container.decode(MixtureOfExperts.self, forKey: .sizes))
    case .bert: self = .bert(try container.decode(BERT.self, forKey: .sizes))
    case .t5: self = .t5(try container.decode(T5.self, forKey: .sizes))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(family, forKey: .family)
    switch self {
    case .gpt2(let sizes): try container.encode(sizes, forKey: .sizes)
    case .llama(let sizes): try container.encode(sizes, forKey: .sizes)
    case .olmo2(let sizes): try container.encode(sizes, forKey: .sizes)
    case .mixture(let sizes): try container.encode(sizes, forKey: .sizes)
    case .bert(let sizes): try container.encode(sizes, forKey: .sizes)
    case .t5(let sizes): try container.encode(sizes, forKey: .sizes)
    }
  }
}
