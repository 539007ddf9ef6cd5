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
  /// Rows of the table of tokens; `nil` (auto): as many as there are tokens in the data. Those beyond are never read.
  public var vocabulary: Int?
  /// mlp: the share of each hidden layer's outputs set to zero at a training step; gpt: of the embeddings and of what each
  /// block adds.
  public var dropout = 0.0

  init() {}

  mutating func visitFields<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
    try fields.visit("kind", &kind, isRequired: true)
    try fields.visit(
      "hidden", &hidden, .each(.between(1, 1 << 20)), isRequired: true, fits: .only(.mlp, .lstm, where: kind))
    try fields.visit("activation", &activation, fits: .only(.mlp, where: kind))
    try fields.visit("blocks", &blocks, .between(1, 1 << 10), fits: .only(.resnet, where: kind))
    let gpt = FieldFit.only(.gpt, where: kind)
    try fields.visit("layers", &layers, .between(1, 1 << 10), isRequired: true, fits: gpt)
    try fields.visit("heads", &heads, .between(1, 1 << 10), isRequired: true, fits: gpt)
    try fields.visit("width", &width, .between(1, 1 << 16), isRequired: true, fits: gpt)
    try fields.visit("vocabulary", &vocabulary, or: "auto", .between(1, 1 << 24), fits: gpt)
    try fields.visit("dropout", &dropout, .from(0, below: 1), fits: .only(.mlp, .gpt, where: kind))
  }
}
