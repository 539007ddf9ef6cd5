import Supervision
import Synchronization

/// Looks after the hosts of a job over ssh, in the background: those of silent ranks, and those that are missing.
final class HostWatch: Sendable {
  fileprivate struct State {
    var isProbing = false
    var lastProbe = 0.0
    /// How often in a row a host has not answered.
    var refusals: [String: Int] = [:]
    var verdict: JobRun.Ending?
  }

  /// Ranks report every second: five reports missing are worth a look at their hosts.
  private static let suspiciousSilence = 5.0
  private static let probeLimit = Duration.seconds(6)
  /// A host is given up when it has not answered so often in a row.
  private static let refusalsEnough = 2
  private static let betweenProbes = 2.0
  private static let betweenProbesOfMissing = 10.0

  private let hosts: [String]
  private let missing: [String]
  private let probe: HostProbe
  private let state = Mutex(State())

  /// - Parameters:
  ///   - hosts: that the job runs on.
  ///   - missing: that it would run on as well if they answered.
  init(hosts: [String], missing: [String], probe: @escaping HostProbe) {
    self.hosts = hosts
    self.missing = missing
    self.probe = probe
  }

  /// Returns at once; what a probe finds out comes with a later look.
  func look(_ watch: JobWatch, at time: Double) -> JobRun.Ending? {
    let isSuspicious = !watch.unheard(for: Self.suspiciousSilence, at: time).isEmpty
    let (verdict, targets) = state.withLock { state -> (JobRun.Ending?, [String]) in
      if let verdict = state.verdict {
        state.verdict = nil
        return (verdict, [])
      }
      guard !state.isProbing else { return (nil, []) }
      let pause = time - state.lastProbe
      if isSuspicious && pause > Self.betweenProbes { return (nil, state.begin(hosts, at: time)) }
      if !missing.isEmpty && pause > Self.betweenProbesOfMissing { return (nil, state.begin(missing, at: time)) }
      return (nil, [])
    }
    if !targets.isEmpty { Task { await look(at: targets) } }
    return verdict
  }

  private func look(at targets: [String]) async {
    let answers = await probe(targets, Self.probeLimit)
    state.withLock { $0.learn(answers, missing: missing, enough: Self.refusalsEnough) }
  }
}

/// Asks hosts whether they can be reached, none for longer than the limit.
typealias HostProbe = @Sendable (_ hosts: [String], _ limit: Duration) async -> [String: HostState]

extension HostWatch.State {
  fileprivate mutating func begin(_ targets: [String], at time: Double) -> [String] {
    (isProbing, lastProbe) = (true, time)
    return targets
  }

  fileprivate mutating func learn(_ answers: [String: HostState], missing: [String], enough: Int) {
    isProbing = false
    for (host, answer) in answers.sorted(by: { $0.key < $1.key }) {
      switch answer {
      case .reachable:
        refusals[host] = 0
        if missing.contains(host) { verdict = .hostsAreBack }
      case .unreachable(let reason):
        refusals[host, default: 0] += 1
        if !missing.contains(host), refusals[host, default: 0] >= enough {
          verdict = .hostLost(host: host, reason: reason)
        }
      }
    }
  }
}
