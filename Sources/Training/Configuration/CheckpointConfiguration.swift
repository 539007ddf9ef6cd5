/// When to save and how many to keep: the `checkpoint` section.
public struct CheckpointConfiguration: ConfigurationSection {
  /// Steps between two checkpoints; 0 saves at the end only.
  public var every = 200
  /// The newest so many stay on disk.
  public var keep = 3

  init() {}

  mutating func visitFields<Visitor: FieldVisitor>(_ fields: inout Visitor) throws(Visitor.Failure) {
    try fields.visit("every", &every, .atLeast(0), effect: .course)
    try fields.visit("keep", &keep, .atLeast(1), effect: .course)
  }
}
