import Tables

/// From what hosts have answered to what is wrong with them. Nothing is asked or measured here.
public struct Diagnosis: Equatable, Sendable {
  public private(set) var findings: [Finding]

  /// Whether nothing stands in a job's way.
  public var isReady: Bool { !findings.contains { $0.severity == .error } }

  /// - Parameters:
  ///   - here: the machine that launches, with which the hosts are compared.
  ///   - executable: the program's path, the same on every host.
  public init(of hosts: [ExaminedHost], here: HostFacts, executable: String) {
    var findings: [Finding] = []
    if here.openMPI == nil { findings.append(Self.withoutOpenMPI(host: nil)) }
    if let problem = here.configurationProblem {
      findings.append(Finding(.error, host: nil, problem, remedy: "Correct it, then ask again."))
    }
    findings += Self.missing(here)
    for host in hosts {
      switch host.answer {
      case .unreachable(let words): findings.append(Self.unreachable(host.name, words))
      case .failed(let status, let words):
        findings.append(Self.failed(host.name, status: status, words: words, executable: executable))
      case .facts(let facts, let offset, let uncertainty):
        findings += Self.differences(host.name, facts, here: here)
        findings += Self.shortages(host.name, facts, ranks: host.slots)
        findings += Self.clock(host.name, offset: offset, uncertainty: uncertainty)
      }
    }
    findings += Self.sameMachine(hosts)
    findings += Self.slots(hosts)
    if let first = hosts.first, let facts = first.facts { findings += Self.runFolder(first.name, facts) }
    self.findings =
      findings.filter { $0.severity == .error } + findings.filter { $0.severity == .warning }
  }

  /// Takes up what was found later.
  public mutating func add(_ finding: Finding) { findings.append(finding) }

  // MARK: - Several hosts

  /// Two names of one machine would be two nodes that fight for the same cores.
  private static func sameMachine(_ hosts: [ExaminedHost]) -> [Finding] {
    var names: [String: String] = [:]
    return hosts.compactMap { host in
      guard let facts = host.facts else { return nil }
      let machine = "\(facts.hostName) \(facts.bootIdentifier)"
      guard let other = names[machine] else {
        names[machine] = host.name
        return nil
      }
      return Finding(
        .error, host: host.name, "is the same machine as \(other): \(facts.hostName)",
        remedy: "Name it once, with all its ranks")
    }
  }

  /// One line for all of them.
  private static func slots(_ hosts: [ExaminedHost]) -> [Finding] {
    let crowded = hosts.compactMap { host in
      host.facts.flatMap { host.slots > $0.cores ? (name: host.name, slots: host.slots, cores: $0.cores) : nil }
    }
    guard let worst = crowded.first else { return [] }
    return [
      Finding(
        .warning, host: crowded.map(\.name).joined(separator: ","),
        "more slots than cores, \(worst.slots) on \(worst.cores): ranks take turns",
        remedy: "The bits are the same; with \(worst.name):\(worst.cores) it is faster")
    ]
  }

  /// Rank 0 writes, and it runs on the first host.
  private static func runFolder(_ name: String, _ facts: HostFacts) -> [Finding] {
    let folder = facts.runFolder
    guard folder.isWritable else {
      return [
        Finding(
          .error, host: name, "nothing can be written to \(folder.path)", remedy: "Give another folder with --run")
      ]
    }
    guard folder.free < 1 << 30 else { return [] }
    return [
      Finding(
        .warning, host: name, "only \(gibibytes(folder.free)) free for checkpoints in \(folder.path)",
        remedy: "Make room, or give another folder with --run")
    ]
  }
}

/// `1.5 GiB`
func gibibytes(_ bytes: Int) -> String { "\((Double(bytes) / Double(1 << 30)).fixed(1)) GiB" }
