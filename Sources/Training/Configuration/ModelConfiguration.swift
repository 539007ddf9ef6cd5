/// The network to train: the `model` section.
public struct ModelConfiguration: ConfigurationSection {
  public enum Kind: String, ConfigurationChoice {
    /// Linear layers with an activation and dropout after each hidden one.
    case mlp
    /// LeNet-5, for images.
    case lenet5
    /// The residual network of 6 blocks + 2 layers, for images.
    case resnet
    /// An LSTM that reads an image row by row.
    case lstm
    /// GPT-2, for texts.
    case gpt
    /// Llama 3, for texts.
    case llama
    /// OLMo 2, for texts.
    case olmo2
    /// Llama with a mixture of experts in each block, for texts.
    case moe
    /// BERT: trained to say what tokens of a text were masked.
    case bert
    /// T5: trained to write the spans that were cut out of a text.
    case t5
    /// A language model that was trained before, here or elsewhere.
    case pretrained

    /// Whether it reads tokens.
    var isLanguageModel: Bool { Self.languageModels.contains(self) }

    static let languageModels: [Kind] = [.gpt, .llama, .olmo2, .moe, .bert, .t5, .pretrained]
  }

  public enum ActivationName: String, ConfigurationChoice {
    case identity, relu
    case leakyReLU = "leaky_relu"
    case sigmoid, tanh, gelu
    case geluTanh = "gelu_tanh"
    case silu
  }

  public var kind = Kind.mlp
  /// mlp: widths of the hidden layers; none makes linear, logistic or softmax regression, as the loss has it. lstm: the one
  /// width of its state.
  public var hidden: [Int] = []
  /// The function after every hidden layer.
  public var activation = ActivationName.relu
  /// The residual blocks of each of three stages.
  public var blocks = 3
  /// Transformer blocks.
  public var layers = 1
  /// The heads that share the width of each block's attention.
  public var heads = 1
  /// The numbers that stand for one token between the blocks.
  public var width = 1
  /// llama, olmo2, moe: heads of keys and values, each shared by some query heads; `nil` (auto): as many as heads.
  public var keyValueHeads: Int?
  /// llama, moe, t5: the numbers of a head; `nil` (auto): the heads share the width.
  public var headSize: Int?
  /// The width inside the feed-forward part; `nil` (auto): four times the width, of gated ones 8/3 rounded up to a multiple of 16.
  public var feedForward: Int?
  /// t5: the blocks of the decoder; `nil` (auto): as many as of the encoder.
  public var decoderLayers: Int?
  /// Rows of the table of tokens; `nil` (auto): as many as there are tokens in the data. Those beyond are never read.
  public var vocabulary: Int?
  /// The longest sequence; `nil` (auto): that of the data.
  public var context: Int?
  /// llama, olmo2, moe: pair i of a head turns by base^(-2 i / head_size) radians a position.
  public var rotaryBase = 500_000.0
  /// llama, moe: `nil` (none) turns all pairs as they are.
  public var rotaryScaling: RotaryScalingConfiguration?
  /// What normalisations add to the variance or the mean of squares; `nil` (auto): as the family has it.
  public var epsilon: Double?
  /// Whether the output layer is the table of tokens once more; `nil` (auto): as the family has it.
  public var tied: Bool?
  /// moe: the feed-forward parts of a block, and through how many of them a token goes.
  public var experts = 8
  public var expertsPerToken = 2
  /// moe: the weight of the loss that keeps experts equally busy.
  public var balance = 0.01
  /// mlp: the share of each hidden layer's outputs set to zero at a training step; language models: of the embeddings and of what
  /// each block adds.
  public var dropout = 0.0
  /// pretrained: a run's folder, or what `revoada checkpoint import` wrote.
  public var path = ResolvedPath("")
  /// pretrained: names of parameters that stay as they are, such as tokens.* or *; a ! in front takes names out again. `nil`
  /// (auto): all where there are adapters, else none. What is new, adapters and a head for classes, is always trained.
  public var frozen: [String]?
  /// pretrained: `nil` (none) trains the parameters themselves.
  public var adapters: AdapterConfiguration?
  /// Whether the inside of each block is computed a second time in the backward pass instead of being kept: less memory, the same
  /// bits.
  public var recompute = false

  init() {}

  mutating func visitFields<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
    try fields.visit("kind", &kind, isRequired: true)
    try fields.visit(
      "hidden", &hidden, .each(.between(1, 1 << 20)), isRequired: true, fits: .only(.mlp, .lstm, where: kind))
    try fields.visit("activation", &activation, fits: .only(.mlp, where: kind))
    try fields.visit("blocks", &blocks, .between(1, 1 << 10), fits: .only(.resnet, where: kind))
    try visitTransformerFields(&fields)
    let pretrained = FieldFit.only(.pretrained, where: kind)
    try fields.visit("path", &path, isRequired: true, effect: .course, fits: pretrained)
    try fields.visit("frozen", &frozen, or: "auto", fits: pretrained)
    try fields.visit(optionalSection: "adapters", &adapters, effect: .results, fits: pretrained)
    try fields.visit(
      "dropout", &dropout, .from(0, below: 1),
      fits: .only(.mlp, .gpt, .llama, .olmo2, .moe, .bert, .t5, .pretrained, where: kind))
    try fields.visit(
      "recompute", &recompute, effect: .course,
      fits: .only(.gpt, .llama, .olmo2, .moe, .bert, .t5, .pretrained, where: kind))
  }

  private mutating func visitTransformerFields<Visitor: FieldVisitor>(
    _ fields: inout Visitor
  ) throws(Visitor.Failure) {
    let all = FieldFit.only(.gpt, .llama, .olmo2, .moe, .bert, .t5, where: kind)
    let (size, rotary) = (Permitted<Int>.between(1, 1 << 20), FieldFit.only(.llama, .olmo2, .moe, where: kind))
    try fields.visit("layers", &layers, .between(1, 1 << 10), isRequired: true, fits: all)
    try fields.visit("heads", &heads, .between(1, 1 << 10), isRequired: true, fits: all)
    try fields.visit("width", &width, .between(1, 1 << 16), isRequired: true, fits: all)
    try fields.visit("key_value_heads", &keyValueHeads, or: "auto", .between(1, 1 << 10), fits: rotary)
    try fields.visit(
      "head_size", &headSize, or: "auto", .between(2, 1 << 12), fits: .only(.llama, .moe, .t5, where: kind))
    try fields.visit(
      "feed_forward", &feedForward, or: "auto", size, fits: .only(.llama, .olmo2, .moe, .bert, .t5, where: kind))
    try fields.visit("decoder_layers", &decoderLayers, or: "auto", .between(1, 1 << 10), fits: .only(.t5, where: kind))
    try fields.visit("vocabulary", &vocabulary, or: "auto", .between(1, 1 << 24), fits: all)
    try fields.visit("context", &context, or: "auto", size, fits: .only(.gpt, .llama, .olmo2, .moe, .bert, where: kind))
    try fields.visit("rotary_base", &rotaryBase, .between(1, 1e12), fits: rotary)
    try fields.visit(
      optionalSection: "rotary_scaling", &rotaryScaling, effect: .results, fits: .only(.llama, .moe, where: kind))
    try fields.visit(
      "epsilon", &epsilon, or: "auto", .between(1e-30, 1), fits: .only(.llama, .olmo2, .moe, .bert, .t5, where: kind))
    try fields.visit("tied", &tied, or: "auto", fits: .only(.llama, .olmo2, .moe, .t5, where: kind))
    let moe = FieldFit.only(.moe, where: kind)
    try fields.visit("experts", &experts, .between(1, 1 << 10), fits: moe)
    try fields.visit("experts_per_token", &expertsPerToken, .between(1, 1 << 10), fits: moe)
    try fields.visit("balance", &balance, .between(0, 1e3), fits: moe)
  }
}

/// Low-rank adapters beside linear layers: the `model.adapters` section.
public struct AdapterConfiguration: ConfigurationSection {
  /// The values through which what an adapter adds must pass.
  public var rank = 8
  /// What an adapter adds is multiplied by alpha / rank.
  public var alpha = 16.0
  /// Names of linear layers.
  public var layers = ["*.attention.projection"]

  init() {}

  mutating func visitFields<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
    try fields.visit("rank", &rank, .between(1, 1 << 12))
    try fields.visit("alpha", &alpha, .above(0, atMost: 1e6))
    try fields.visit("layers", &layers)
  }
}

/// How a Llama is stretched to longer contexts: the `model.rotary_scaling` section.
public struct RotaryScalingConfiguration: ConfigurationSection {
  /// By which pairs that turn slowly are slowed down.
  public var factor = 8.0
  /// Pairs that turn less often than this within the original context are slowed down.
  public var low = 1.0
  /// Pairs that turn more often stay as they are.
  public var high = 4.0
  public var originalContext = 8192

  init() {}

  mutating func visitFields<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
    try fields.visit("factor", &factor, .between(1, 1e6))
    try fields.visit("low", &low, .between(1e-6, 1e6))
    try fields.visit("high", &high, .between(1e-6, 1e6))
    try fields.visit("original_context", &originalContext, .between(1, 1 << 24))
  }
}
