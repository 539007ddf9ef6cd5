import Inference
import Layers
import ModelZoo

extension ModelConfiguration {
  /// The model for data of so many different tokens in sequences of so many.
  func description(
    _ pretrained: PretrainedModel?, tokens: Int, context: Int, classes: Int? = nil, origin: String
  ) throws(TrainingError) -> ModelDescription {
    let options = options(classes: classes)
    if let pretrained {
      return try pretrained.description(options, tokens: tokens, context: context, origin: origin)
    }
    return ModelDescription(
      architecture: try languageArchitecture(tokens: tokens, context: context, origin: origin), options: options)
  }

  /// The language model's sizes for data of so many different tokens in sequences of so many.
  ///
  /// - Throws: where the configuration has room for fewer tokens, or shorter sequences.
  private func languageArchitecture(
    tokens: Int, context dataContext: Int, origin: String
  ) throws(TrainingError) -> LanguageArchitecture {
    let vocabulary = vocabulary ?? tokens
    guard vocabulary >= tokens else {
      throw .vocabularyTooSmall(vocabulary, tokens: tokens, origin: origin)
    }
    let context = context ?? dataContext
    guard context >= dataContext else { throw .contextTooShort(context, data: dataContext) }
    switch kind {
    case .llama: return .llama(llama(vocabulary, context))
    case .moe:
      return .mixture(
        MixtureOfExperts(
          frame: llama(vocabulary, context), experts: experts, expertsPerToken: expertsPerToken,
          balanceCoefficient: Float(balance)))
    case .olmo2:
      return .olmo2(
        OLMo2(
          vocabulary: vocabulary, context: context, layers: layers, heads: heads, keyValueHeads: keyValueHeads,
          width: width, hidden: gatedWidth, rotaryBase: rotaryBase, epsilon: Float(epsilon ?? 1e-6),
          tiesHead: tied ?? false, dropout: Float(dropout)))
    case .bert:
      return .bert(
        BERT(
          vocabulary: vocabulary, context: context, layers: layers, heads: heads, width: width, hidden: feedForward,
          epsilon: Float(epsilon ?? 1e-12), dropout: Float(dropout)))
    case .t5:
      return .t5(
        T5(
          vocabulary: vocabulary, encoderLayers: layers, decoderLayers: decoderLayers ?? layers, heads: heads,
          headSize: headSize ?? width / heads, width: width, hidden: gatedWidth, epsilon: Float(epsilon ?? 1e-6),
          tiesHead: tied ?? false, dropout: Float(dropout)))
    case .gpt, .mlp, .lenet5, .resnet, .lstm, .pretrained:
      return .gpt2(
        GPT2(
          vocabulary: vocabulary, context: context, layers: layers, heads: heads, width: width,
          dropout: Float(dropout)))
    }
  }

  private func llama(_ vocabulary: Int, _ context: Int) -> Llama {
    Llama(
      vocabulary: vocabulary, context: context, layers: layers, heads: heads, keyValueHeads: keyValueHeads,
      headSize: headSize, width: width, hidden: gatedWidth, rotaryBase: rotaryBase,
      rotaryScaling: rotaryScaling.map {
        RotaryEmbedding.Scaling(
          factor: $0.factor, lowFrequencyFactor: $0.low, highFrequencyFactor: $0.high,
          originalContext: $0.originalContext)
      },
      epsilon: Float(epsilon ?? 1e-5), tiesHead: tied ?? false, dropout: Float(dropout))
  }

  /// Three matrices of 8/3 of the width are as many numbers as two of four times it (Touvron et al., "LLaMA", 2023, section 2.2).
  private var gatedWidth: Int { feedForward ?? (8 * width / 3 + 15) / 16 * 16 }

  /// What is done with the architecture beside its sizes.
  func options(classes: Int? = nil) -> ModelOptions {
    ModelOptions(recomputesBlocks: recompute, frozen: frozenNames, adapters: adapters?.options, classes: classes)
  }

  /// A head for classes is new: it is trained whatever is frozen.
  private var frozenNames: NamePatterns {
    let names = frozen ?? (adapters == nil ? [] : ["*"])
    return names.isEmpty ? .none : NamePatterns(names + ["!classifier.*", "!pooler.*"])
  }
}

extension AdapterConfiguration {
  fileprivate var options: AdapterOptions {
    AdapterOptions(rank: rank, alpha: Float(alpha), layers: NamePatterns(layers))
  }
}
