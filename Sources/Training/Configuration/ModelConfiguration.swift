/// The network to train: the `model` section.
public struct ModelConfiguration: ConfigurationSection {
  public enum Kind: String, ConfigurationChoice {
    /// Linear layers with an activation and dropout after each hidden one.
    case mlp
  }

  public enum ActivationName: String, ConfigurationChoice {
    case identity, relu
    case leakyReLU = "leaky_relu"
    case sigmoid, tanh, gelu
    case geluTanh = "gelu_tanh"
    case silu
  }

  public var kind = Kind.mlp
  /// Widths of the hidden layers; none makes linear, logistic or softmax regression, as the loss has it.
  public var hidden: [Int] = []
  /// The function after every hidden layer.
  public var activation = ActivationName.relu
  /// The share of each hidden layer's outputs set to zero at a training step.
  public var dropout = 0.0

  init() {}

  mutating func visitFields<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
    try fields.visit("kind", &kind, isRequired: true)
    try fields.visit("hidden", &hidden, .each(.between(1, 1 << 20)), isRequired: true)
    try fields.visit("activation", &activation)
    try fields.visit("dropout", &dropout, .from(0, below: 1))
  }
}
