/// Where the time of a step went, in seconds, on one rank.
public struct StepTimes: Codable, Equatable, Sendable {
  /// Forward and backward passes of the rank's lanes, and the sums of its own lanes' gradients.
  public var compute = 0.0
  /// Waiting for the other ranks to come as far.
  public var wait = 0.0
  /// Summing gradients over ranks, messages included. Where the update is made in the same pass, that pass.
  public var reduce = 0.0
  /// Updating parameters, and bringing them to other nodes.
  public var update = 0.0

  public init() {}

  /// The median of each part; `nil` of no steps.
  public init?(mediansOf steps: [StepTimes]) {
    guard !steps.isEmpty else { return nil }
    for part in [\StepTimes.compute, \.wait, \.reduce, \.update] {
      self[keyPath: part] = steps.map { $0[keyPath: part] }.sorted()[steps.count / 2]
    }
  }

  public var total: Double { compute + wait + reduce + update }

  static let clock = ContinuousClock()

  /// Adds the time that `body` takes to one of the four.
  mutating func measure<Result>(_ part: WritableKeyPath<StepTimes, Double>, _ body: () throws -> Result) rethrows
    -> Result
  {
    let begin = Self.clock.now
    defer { self[keyPath: part] += (Self.clock.now - begin) / .seconds(1) }
    return try body()
  }
}
