/// Whether a job that failed is started again: a value, told of one failure after the other.
struct RestartPolicy: Equatable {
  enum Decision: Equatable {
    /// After so many seconds.
    case restart(after: Double)
    case giveUp(GiveUp)
  }

  enum GiveUp: Equatable {
    /// All the restarts that were allowed are used up.
    case budgetSpent
    /// The same has happened so often at the same step.
    case repeats(times: Int)
  }

  private static let firstDelay = 0.25
  private static let longestDelay = 60.0

  let maximumRestarts: Int
  private(set) var failures: [JobFailure] = []
  private(set) var restarts = 0
  /// Failures in a row before which nothing was gained.
  private var failuresWithoutProgress = 0

  init(maximumRestarts: Int) { self.maximumRestarts = maximumRestarts }

  /// - Returns: what to do now. Each restart counts against the budget; the wait doubles for as long as no further step
  ///   than ever before is reached.
  mutating func failed(_ failure: JobFailure) -> Decision {
    let furthest = failures.map(\.step).max() ?? -1
    failuresWithoutProgress = failure.step > furthest ? 0 : failuresWithoutProgress + 1
    failures.append(failure)
    let times = failures.reversed().prefix { $0.repeats(failure) }.count
    if times >= failure.tolerance { return .giveUp(.repeats(times: times)) }
    guard restarts < maximumRestarts else { return .giveUp(.budgetSpent) }
    restarts += 1
    let doublings = Double(1 << min(failuresWithoutProgress, 10))
    return .restart(after: min(Self.longestDelay, Self.firstDelay * doublings))
  }
}
