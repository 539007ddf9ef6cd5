@testable import Benchmarks

/// Time that passes only where a workload says so, and a record of what ran.
final class FakeTime {
  private(set) var seconds = 0.0
  private(set) var log: [String] = []

  var stopwatch: Stopwatch { Stopwatch(blockSeconds: 0.02, now: { self.seconds }) }

  /// A workload each of whose calls takes as long as `duration` says for its number, from 1 on.
  func workload(
    _ name: String, family: String = "test", work: Work = .latency, taking duration: @escaping (Int) -> Double
  ) -> Workload {
    var calls = 0
    return Workload(family: family, name: name, parameters: ["size": 3], work: work) {
      calls += 1
      self.log.append(name)
      self.seconds += duration(calls)
    }
  }

  func forget() { log = [] }
}
