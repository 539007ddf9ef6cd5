/// How parameters are updated: the `optimizer` section.
public struct OptimizerConfiguration: ConfigurationSection {
  public enum Kind: String, ConfigurationChoice {
    case sgd, rmsprop, adam, adamw
  }

  public enum Decayed: String, ConfigurationChoice {
    case all, matrices
  }

  public var kind = Kind.adam
  /// The rate before the schedule's factor.
  public var learningRate = 0.001
  /// sgd: the share of the last update that joins the next.
  public var momentum = 0.0
  /// rmsprop: the share of the mean square kept at each step.
  public var decay = 0.99
  /// adam, adamw: the share of the gradient's running mean kept at each step.
  public var beta1 = 0.9
  /// adam, adamw: the share of the gradient's running mean square kept at each step.
  public var beta2 = 0.999
  /// rmsprop, adam, adamw: joins the denominator.
  public var epsilon = 1e-8
  /// A multiple of the parameter that joins the gradient; with adamw the parameter shrinks by it instead.
  public var weightDecay = 0.0
  /// What the weight decay is for: matrices leaves out biases and the scales of normalisations.
  public var decayed = Decayed.matrices
  /// Whether every rank keeps the state of, and updates, only the parameters that it owns; `nil` (auto) does.
  public var sharded: Bool?
  public var schedule = ScheduleConfiguration()

  init() {}

  mutating func visitFields<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
    try fields.visit("kind", &kind)
    try fields.visit("learning_rate", &learningRate, .above(0, atMost: 1e6))
    try fields.visit("momentum", &momentum, .from(0, below: 1), fits: .only(.sgd, where: kind))
    try fields.visit("decay", &decay, .from(0, below: 1), fits: .only(.rmsprop, where: kind))
    try fields.visit("beta1", &beta1, .from(0, below: 1), fits: .only(.adam, .adamw, where: kind))
    try fields.visit("beta2", &beta2, .from(0, below: 1), fits: .only(.adam, .adamw, where: kind))
    try fields.visit("epsilon", &epsilon, .between(1e-30, 1), fits: .only(.rmsprop, .adam, .adamw, where: kind))
    try fields.visit("weight_decay", &weightDecay, .between(0, 1e6))
    try fields.visit("decayed", &decayed)
    try fields.visit("sharded", &sharded, or: "auto", effect: .course)
    try fields.visit(section: "schedule", &schedule, isRequired: false)
  }
}

/// The learning rate over time: the `optimizer.schedule` section.
public struct ScheduleConfiguration: ConfigurationSection {
  public enum Kind: String, ConfigurationChoice {
    case constant
    /// Half a cosine from the full rate after the warm-up down to `minimum` at the last step.
    case cosine
    /// Times `factor` after each `every` steps.
    case step
  }

  public var kind = Kind.constant
  /// Steps over which the rate rises linearly to its full value.
  public var warmup = 0
  /// cosine: the rate at the end.
  public var minimum = 0.0
  /// step: the number of steps between two reductions.
  public var every = 1
  /// step: what the rate is multiplied by.
  public var factor = 0.1

  init() {}

  mutating func visitFields<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
    try fields.visit("kind", &kind)
    try fields.visit("warmup", &warmup, .atLeast(0))
    try fields.visit("minimum", &minimum, .between(0, 1e6), fits: .only(.cosine, where: kind))
    try fields.visit("every", &every, .atLeast(1), isRequired: true, fits: .only(.step, where: kind))
    try fields.visit("factor", &factor, .above(0, atMost: 1), fits: .only(.step, where: kind))
  }
}
