/// The course of training: the `training` section.
public struct TrainingConfiguration: ConfigurationSection {
  public enum Loss: String, ConfigurationChoice {
    case crossEntropy = "cross_entropy"
    /// Binary cross-entropy of one logit.
    case binaryCrossEntropy = "bce"
    case meanSquaredError = "mse"
    case meanAbsoluteError = "mae"
  }

  public enum NonFinite: String, ConfigurationChoice {
    case stop, skip
  }

  /// Decides the split of the data, the initial weights, the shuffles and the dropout.
  public var seed: UInt64 = 1
  /// Passes over the training part.
  public var epochs = 10
  /// Updates in all; where given, `epochs` does not count.
  public var steps: Int?
  /// Samples per update over all lanes.
  public var batch = 64
  /// The equal parts of a batch whose gradients are summed along a fixed tree; `nil` (auto) until the first launch
  /// makes it the number of ranks.
  public var lanes: Int?
  /// `nil` (auto) only while reading: afterwards `RunConfiguration.loss` has it.
  public internal(set) var loss: Loss?
  /// The largest global norm of the gradient; `nil` (none) leaves it as it is.
  public var clipNorm: Double?
  /// What to do about a gradient that is infinite or not a number: stop and say where it came from, or leave out the update.
  public var onNonFinite = NonFinite.stop
  /// Steps between two reports.
  public var logEvery = 20
  /// Steps between two evaluations on the validation part; `nil` (epoch) evaluates at the end of every epoch.
  public var evaluateEvery: Int?
  /// `nil` (none) trains to the end.
  public var earlyStopping: EarlyStoppingConfiguration?

  init() {}

  mutating func visitFields<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
    try fields.visit("seed", &seed)
    try fields.visit("epochs", &epochs, .atLeast(1), effect: steps == nil ? .length : .course)
    try fields.visit("steps", &steps, or: "none", .atLeast(0), effect: .length)
    try fields.visit("batch", &batch, .between(1, 1 << 24))
    try fields.visit("lanes", &lanes, or: "auto", .between(1, 1 << 16))
    try fields.visit("loss", &loss, or: "auto")
    try fields.visit("clip_norm", &clipNorm, or: "none", .above(0, atMost: 1e30))
    try fields.visit("on_nonfinite", &onNonFinite, effect: .course)
    try fields.visit("log_every", &logEvery, .atLeast(1), effect: .course)
    try fields.visit("evaluate_every", &evaluateEvery, or: "epoch", .atLeast(1), effect: .course)
    try fields.visit(optionalSection: "early_stopping", &earlyStopping, effect: .course)
  }
}

/// When to stop before the end: the `training.early_stopping` section. It watches the validation loss.
public struct EarlyStoppingConfiguration: ConfigurationSection {
  /// Evaluations in a row without an improvement after which training stops.
  public var patience = 5
  /// A smaller decrease of the loss is no improvement.
  public var minimumDelta = 0.0

  init() {}

  mutating func visitFields<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
    try fields.visit("patience", &patience, .atLeast(1), effect: .course)
    try fields.visit("minimum_delta", &minimumDelta, .between(0, 1e30), effect: .course)
  }
}
