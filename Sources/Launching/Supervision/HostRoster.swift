/// The hosts of a launch: those that answer and those that do not just now.
struct HostRoster: Equatable {
  private let all: HostList?
  /// Those that answer; `nil` where the launch stays on this machine.
  private(set) var present: HostList?
  /// The names of those that do not.
  private(set) var missing: [String] = []
  /// What the last look found out, a line for each host that came or went.
  private(set) var news: [String] = []

  /// Looks at all hosts, and a second time at those that do not answer: a connection may get lost.
  ///
  /// - Throws: where one answers neither time: at the start that is a mistake, or for the user to decide.
  init(_ hosts: HostList?, probe: HostProbe) async throws(LaunchError) {
    all = hosts
    present = hosts
    guard let hosts else { return }
    var answers = await probe(hosts.hosts.map(\.name), Self.limit)
    let silent = hosts.hosts.map(\.name).filter { answers[$0]?.refusal != nil }
    if !silent.isEmpty { answers.merge(await probe(silent, Self.limit)) { $1 } }
    let refusals = silent.compactMap { name in answers[name]?.refusal.map { "  \(name): \($0)" } }
    guard refusals.isEmpty else { throw .unreachable(refusals) }
  }

  private static let limit = Duration.seconds(8)

  var hasHosts: Bool { present.map { !$0.hosts.isEmpty } ?? true }

  /// Ranks that the hosts which answer take; `nil` where no hosts were named or all are there.
  var slotsLeft: Int? { missing.isEmpty ? nil : present?.slots }

  /// Asks every host again.
  mutating func lookAgain(_ probe: HostProbe) async {
    guard let all else { return }
    learn(await probe(all.hosts.map(\.name), Self.limit), of: all)
  }

  mutating func learn(_ answers: [String: HostState], of all: HostList) {
    let before = missing
    let lost = all.hosts.filter { answers[$0.name]?.refusal != nil }
    missing = lost.map(\.name)
    present?.hosts = all.hosts.filter { !missing.contains($0.name) }
    news = lost.filter { !before.contains($0.name) }.map { host in
      "host \(host.name) is left out until it answers (\(answers[host.name]?.refusal ?? "no answer"))"
    }
    news += before.filter { !missing.contains($0) }.map { "host \($0) is back" }
  }
}

extension HostState {
  /// Why the host cannot be used; `nil` where it can.
  var refusal: String? {
    switch self {
    case .reachable: nil
    case .unreachable(let reason): reason
    }
  }
}
