/// When to save, where, and how many to keep: the `checkpoint` section.
public struct CheckpointConfiguration: ConfigurationSection {
  /// Steps between two checkpoints; 0 saves at the end only.
  public var every = 200
  /// Seconds between two checkpoints, by the first rank's clock; 0 leaves the clock out of it.
  public var everySeconds = 0.0
  /// The newest so many stay on disk.
  public var keep = 3
  /// Checkpoints of the multiples of so many steps stay for ever; 0 is none.
  public var keepEvery = 0
  /// The folder of the run's checkpoints, seen from the run's own; `nil` (auto) is `checkpoints` in it.
  public var path: String?

  init() {}

  mutating func visitFields<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
    try fields.visit("every", &every, .atLeast(0), effect: .course)
    try fields.visit("every_seconds", &everySeconds, .between(0, 1e9), effect: .course)
    try fields.visit("keep", &keep, .atLeast(1), effect: .course)
    try fields.visit("keep_every", &keepEvery, .atLeast(0), effect: .course)
    try fields.visit("path", &path, or: "auto", effect: .course)
  }
}
