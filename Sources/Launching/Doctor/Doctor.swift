import FoundationEssentials
import Glibc

/// Asks the hosts of a job for their facts, by ssh, and measures the network between them.
public struct Doctor: Sendable {
  private let hosts: HostList
  private let executable: String
  /// What the program is given so that it prints its facts.
  private let factsArguments: [String]
  private let environment: [String: String]

  /// A host that has not answered by then is told as unreachable.
  private static let patience = Duration.seconds(60)
  /// The measurement takes a second; behind a firewall that drops packets it would take forever.
  private static let linkPatience = Duration.seconds(40)

  public init(
    _ hosts: HostList, executable: String, factsArguments: [String],
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) {
    self.hosts = hosts
    self.executable = executable
    self.factsArguments = factsArguments
    self.environment = environment
  }

  /// The answers of all hosts, asked at the same time, in the order of the list.
  ///
  /// - Parameter here: what a host that is this machine would answer.
  public func examine(here: HostFacts) async -> [ExaminedHost] {
    let machines = hosts.hosts.map { RemoteHost($0.name, environment: environment) }
    let answers = await RemoteHost.onEach(machines) { machine in
      machine.isHere ? .facts(here, clockOffset: 0, uncertainty: 0) : await ask(machine)
    }
    return zip(hosts.hosts, answers).map { ExaminedHost(name: $0.name, slots: $0.slots, answer: $1) }
  }

  private func ask(_ machine: RemoteHost) async -> HostAnswer {
    let begin = HostFacts.clockNow()
    let outcome = await machine.run([executable] + factsArguments, timeout: Self.patience)
    let end = HostFacts.clockNow()
    switch outcome {
    case .unreachable(let words): return .unreachable(words)
    case .ended(let status, let output, let errors):
      let words = errors.lastWords ?? output.lastWords ?? "it ended with status \(status)"
      guard status == 0, let line = output.lastWords else { return .failed(status: status, words: words) }
      do {
        let facts = try JSONDecoder().decode(HostFacts.self, from: Data(line.utf8))
        // It looked at its clock at some time between ours.
        let offset = Double(facts.clock) - (Double(begin) + Double(end)) / 2
        return .facts(facts, clockOffset: offset / 1e9, uncertainty: Double(end - begin) / 2e9)
      } catch {
        return .failed(status: status, words: "it is of another version: \(words)")
      }
    }
  }

  /// Measures from the first host to each other, by a short job of one rank on each.
  ///
  /// - Parameter linkArguments: What the program is given so that it measures and prints the links as JSON.
  /// - Returns: the links in the order of the hosts, or a finding where MPI does not get through.
  public func measureLinks(_ linkArguments: [String], on machine: Machine) async throws -> Result<[HostLink], NoLink> {
    let single = HostList(hosts: hosts.hosts.map { HostList.Host(name: $0.name, slots: 1) })
    let request = LaunchRequest(threads: 1, hosts: single, worker: linkArguments, showsProgress: false)
    let plan = try LaunchPlan(request, on: machine)
    let variables = environment.merging(plan.environment) { $1 }
    let ending = await CommandEnding.running(plan.arguments, environment: variables, within: Self.linkPatience)
    guard let ending else {
      return .failure(NoLink(words: "MPI has not got through in \(Self.linkPatience.components.seconds) s"))
    }
    guard ending.status == 0, let line = ending.output.lastWords else {
      return .failure(NoLink(words: ending.errors.lastWords ?? "mpirun ended with status \(ending.status ?? -1)"))
    }
    do {
      return .success(try JSONDecoder().decode([HostLink].self, from: Data(line.utf8)))
    } catch {
      return .failure(NoLink(words: "the measurement says '\(line)'"))
    }
  }
}

/// What the network between the first host and another one gives.
public struct HostLink: Codable, Equatable, Sendable {
  /// Seconds that a short message takes.
  public var latency: Double
  /// Bytes a second, both ways at once.
  public var bandwidth: Double

  public init(latency: Double, bandwidth: Double) {
    self.latency = latency
    self.bandwidth = bandwidth
  }
}

/// ssh reaches the hosts, and MPI does not.
public struct NoLink: Error, Equatable {
  public let words: String

  public var finding: Finding {
    Finding(
      .error, host: nil, "MPI gets no answer between the hosts: \(words)",
      remedy: "Let TCP through between them, or choose the network: export OMPI_MCA_btl_tcp_if_include=eth0 (and oob_)")
  }
}
