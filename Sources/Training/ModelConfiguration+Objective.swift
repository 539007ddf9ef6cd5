import Datasets
import ModelZoo

extension ModelConfiguration {
  /// What the model is trained to say about a text.
  func objective(_ pretrained: PretrainedModel?) -> TextObjective.Kind {
    if let pretrained { return pretrained.description.architecture.family.objective }
    return switch kind {
    case .bert: .masked
    case .t5: .spans
    default: .nextToken
    }
  }
}

extension LanguageArchitecture.Family {
  /// What models of the family are trained to say about a text.
  var objective: TextObjective.Kind {
    switch self {
    case .bert: .masked
    case .t5: .spans
    case .gpt2, .llama, .olmo2, .mixture: .nextToken
    }
  }
}
