/// Which range of an arena belongs to which parameter. Ranges begin at multiples of 16 floats, one cache line;
/// the padding between them stays zero.
///
/// What is trained comes first, in the order of `append`; running statistics and what is frozen lie behind it. So the optimizer's
/// work is one range, and all travel together through reductions and checkpoints.
public struct ParameterLayout: Sendable, Equatable {
  /// How a parameter changes in a training step.
  public enum Role: Sendable, Hashable {
    /// The optimizer moves it along its gradient.
    case trained
    /// It stays as it is and gets no gradient: the body of a model that is fine-tuned.
    case frozen
    /// The mean over time of something measured on every batch, such as batch normalisation's variance. The gradient arena
    /// holds the batch's value in its place, and after each step: value <- value + momentum (batch's - value).
    case runningStatistic(momentum: Float)
  }

  public struct Entry: Sendable, Equatable {
    public let name: String
    public let shape: Shape
    public let role: Role
    public fileprivate(set) var range: Range<Int>
  }

  public private(set) var entries: [Entry] = []
  /// The range of all trained parameters, padding included.
  public private(set) var trainedRange = 0..<0
  /// The arena's length in floats.
  public private(set) var count = 0

  public init() {}

  /// Adds a parameter and returns its index. The ranges of running statistics added before move up behind it.
  public mutating func append(name: String, shape: Shape, role: Role = .trained) -> Int {
    precondition(!entries.contains { $0.name == name }, "two parameters are called '\(name)'")
    entries.append(Entry(name: name, shape: shape, role: role, range: 0..<0))
    place()
    return entries.count - 1
  }

  /// The number of trainable values, padding not counted.
  public var parameterCount: Int { entries.reduce(0) { $0 + ($1.role == .trained ? $1.shape.count : 0) } }

  private mutating func place() {
    count = 0
    for index in entries.indices where entries[index].role == .trained { place(index) }
    trainedRange = 0..<count
    for index in entries.indices where entries[index].role != .trained { place(index) }
  }

  private mutating func place(_ index: Int) {
    entries[index].range = count..<count + entries[index].shape.count
    count += (entries[index].shape.count + 15) / 16 * 16
  }
}
