/// Everything that decides a training run, every default filled in.
///
///     let configuration = try RunConfiguration.read(file: "configs/digits-mlp.yaml", overrides: ["training.lanes=4"])
///     print(configuration.resolvedYAML)
public struct RunConfiguration: ConfigurationSection {
  public var model = ModelConfiguration()
  public var data = DataConfiguration()
  public var training = TrainingConfiguration()
  public var optimizer = OptimizerConfiguration()
  public var collective = CollectiveConfiguration()
  public var checkpoint = CheckpointConfiguration()

  init() {}

  mutating func visitFields<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
    try fields.visit(section: "model", &model, isRequired: true)
    try fields.visit(section: "data", &data, isRequired: true)
    try fields.visit(section: "training", &training, isRequired: false)
    try fields.visit(section: "optimizer", &optimizer, isRequired: false)
    try fields.visit(section: "collective", &collective, isRequired: false)
    try fields.visit(section: "checkpoint", &checkpoint, isRequired: false)
  }

  /// The loss that `training.loss` names, or for `auto` the one that goes with the task.
  public var loss: TrainingConfiguration.Loss { training.loss ?? data.task.losses[0] }

  /// Every key with its value, in one fixed order, paths absolute: reads back as an equal configuration.
  public var resolvedYAML: String { ConfigurationListing(of: self).yaml }
}

extension RunConfiguration {
  /// A key of which two configurations have different values.
  public struct Difference: Equatable, Sendable {
    /// `training.batch`
    public var key: String
    /// The value as YAML; `nil` where the key does not apply.
    public var ours: String?
    public var theirs: String?
  }

  /// Every key that can change the parameters after some step, with its value: one line for each.
  ///
  /// Reports, checkpoints and early stopping are left out, and so is the number of steps, except under the cosine schedule,
  /// which spans all of them. Two runs with equal fingerprints have the same parameters after the same step.
  public var fingerprint: String { decisive.map { "\($0.key): \($0.yaml)\n" }.joined() }

  /// The keys by which the fingerprints differ, in the order of declaration.
  public func differences(from other: RunConfiguration) -> [Difference] {
    let ours = decisive.map { ($0.key, $0.yaml) }
    let theirs = Dictionary(uniqueKeysWithValues: other.decisive.map { ($0.key, $0.yaml) })
    let ourKeys = Set(ours.map(\.0))
    let changed = ours.filter { theirs[$0.0] != $0.1 }.map {
      Difference(key: $0.0, ours: $0.1, theirs: theirs[$0.0])
    }
    let missing = other.decisive.filter { !ourKeys.contains($0.key) }.map {
      Difference(key: $0.key, ours: nil, theirs: $0.yaml)
    }
    return changed + missing
  }

  private var decisive: [ConfigurationListing.Entry] {
    ConfigurationListing(of: self).entries.filter { entry in
      switch entry.effect {
      case .results: true
      case .length: optimizer.schedule.kind == .cosine
      case .course: false
      }
    }
  }
}
