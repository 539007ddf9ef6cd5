import FoundationEssentials
import Tables

/// What was survived, over all runs.
struct ChaosReport: Codable {
  var faults: [String: Int] = [:]
  var runs: [String: Int] = [:]
  var launches = 0
  var noticed: [Double] = []
  var recovered: [Double] = []
  var stopsNoticed: [Double] = []
  var lost: [String] = []
  var differing: [String] = []
  var remains: [String] = []
  var seconds = 0.0

  var isClean: Bool { lost.isEmpty && differing.isEmpty && remains.isEmpty }

  var kills: Int { Fault.allCases.filter(\.isKill).reduce(0) { $0 + (faults[$1.rawValue] ?? 0) } }

  mutating func add(_ result: ChaosRun.Result, of name: String, expected: String) {
    runs[name, default: 0] += 1
    launches += result.launches
    for fault in result.faults { faults[fault.rawValue, default: 0] += 1 }
    noticed += result.noticed
    recovered += result.recovered
    stopsNoticed += result.stopsNoticed
    if let problem = result.problem {
      lost.append("\(name): \(problem)")
    } else if result.digest != expected {
      differing.append("\(name): \(result.digest ?? "no digest") instead of \(expected)")
    }
    remains += result.remains
  }

  mutating func merge(_ other: ChaosReport) {
    faults.merge(other.faults, uniquingKeysWith: +)
    runs.merge(other.runs, uniquingKeysWith: +)
    launches += other.launches
    noticed += other.noticed
    recovered += other.recovered
    stopsNoticed += other.stopsNoticed
    lost += other.lost
    differing += other.differing
    remains += other.remains
    seconds += other.seconds
  }

  var text: String {
    let kinds = Fault.allCases.compactMap { fault in
      faults[fault.rawValue].map { [fault.rawValue, "\($0)"] }
    }
    let total = faults.values.reduce(0, +)
    let rows = [["fault", "survived"]] + kinds + [["all", "\(total)"], ["of these kills", "\(kills)"]]
    let names = runs.sorted { $0.key < $1.key }.map { "\($0.value) x \($0.key)" }.joined(separator: ", ")
    let problems = (lost.map { "lost: \($0)" } + differing.map { "differs: \($0)" } + remains.map { "remains: \($0)" })
    return """
      \(aligned(rows, firstNumber: 1))

      runs: \(names); \(launches) launches in \(seconds.fixed(0)) s
      a killed rank was noticed \(Self.spread(noticed)), training again \(Self.spread(recovered))
      a stopped rank was noticed \(Self.spread(stopsNoticed)); the launcher bears \(ChaosRun.hangSeconds) s of silence
      runs lost: \(lost.count); digests that differ: \(differing.count); \
      processes and files left behind: \(remains.count)
      \(problems.joined(separator: "\n"))
      """
  }

  private static func spread(_ seconds: [Double]) -> String {
    guard !seconds.isEmpty else { return "(not measured)" }
    let sorted = seconds.sorted()
    let most = sorted[min(sorted.count - 1, sorted.count * 9 / 10)]
    return "after \(sorted[sorted.count / 2].fixed(2)) s (nine of ten within \(most.fixed(2)) s, at most "
      + "\(sorted[sorted.count - 1].fixed(2)) s, \(sorted.count) times)"
  }
}
