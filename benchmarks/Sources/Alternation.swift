/// Times workloads in turn: a block of each in every round, so that a machine which slows down for a while slows all of
/// them, and comparisons within a round stay true.
public struct Alternation {
  public let rounds: Int
  private let stopwatch: Stopwatch

  public init(rounds: Int, stopwatch: Stopwatch = Stopwatch()) {
    precondition(rounds >= 1, "a measurement takes at least one round, not \(rounds)")
    self.rounds = rounds
    self.stopwatch = stopwatch
  }

  /// - Parameter progress: gets the number of rounds done, beginning with 0.
  /// - Returns: for each workload its seconds per call in every round.
  public func seconds(of workloads: [Workload], progress: (Int) -> Void = { _ in }) -> [[Double]] {
    progress(0)
    let calls = workloads.map { stopwatch.callsPerBlock(of: $0.run) }
    var seconds = [[Double]](repeating: [], count: workloads.count)
    for round in 1...rounds {
      for (index, workload) in workloads.enumerated() {
        seconds[index].append(stopwatch.secondsPerCall(of: workload.run, calls: calls[index]))
      }
      progress(round)
    }
    return seconds
  }
}
