import FoundationEssentials
import Tables

/// What `revoada doctor` tells: its findings, a table of the hosts, and a verdict.
public struct DoctorReport: Sendable {
  private let hosts: [ExaminedHost]
  private let diagnosis: Diagnosis
  /// From the first host to each other; empty where nothing was measured.
  private let links: [HostLink]

  public init(hosts: [ExaminedHost], diagnosis: Diagnosis, links: [HostLink]) {
    self.hosts = hosts
    self.diagnosis = diagnosis
    self.links = links
  }

  public var text: String {
    let lines = diagnosis.findings.map(\.line)
    return ((lines.isEmpty ? [] : lines + [""]) + [table, "", verdict]).joined(separator: "\n")
  }

  private var table: String {
    var header = ["host", "slots", "cores", "kernels", "load", "memory", "/dev/shm", "disk", "clock"]
    if !links.isEmpty { header += ["MB/s", "us"] }
    return aligned([header] + hosts.indices.map(row), firstNumber: 1)
  }

  /// Room is what is free.
  private func row(_ index: Int) -> [String] {
    let host = hosts[index]
    guard case .facts(let facts, let offset, let uncertainty) = host.answer else {
      return [host.name, "\(host.slots)"] + [String](repeating: "-", count: links.isEmpty ? 7 : 9)
    }
    let clock = abs(offset) <= uncertainty ? "same" : "\(offset > 0 ? "+" : "")\(offset.fixed(1)) s"
    let figures = [
      facts.cores.description, facts.instructionSets.last ?? "none", facts.load.fixed(1), gibibytes(facts.memory.free),
      gibibytes(facts.sharedMemory.free), gibibytes(facts.runFolder.free), clock,
    ]
    return [host.name, "\(host.slots)"] + figures + network(index)
  }

  private func network(_ index: Int) -> [String] {
    guard !links.isEmpty else { return [] }
    guard links.indices.contains(index - 1) else { return ["-", "-"] }
    let link = links[index - 1]
    return [(link.bandwidth / 1e6).fixed(0), (link.latency * 1e6).fixed(0)]
  }

  private var verdict: String {
    let slots = hosts.reduce(0) { $0 + $1.slots }
    let errors = diagnosis.findings.count { $0.severity == .error }
    let warnings = diagnosis.findings.count - errors
    let what = [count(hosts.count, "host"), count(slots, "slot")].joined(separator: ", ")
    guard diagnosis.isReady else { return "\(what): not ready, \(count(errors, "error")) above" }
    return "\(what): ready" + (warnings == 0 ? "" : ", \(count(warnings, "warning")) above")
  }

  private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  /// The same for programs.
  public func json() throws -> String {
    struct Host: Encodable {
      let name: String
      let slots: Int
      let facts: HostFacts?
      /// Seconds by which its clock is ahead.
      let clockOffset: Double?
      let link: HostLink?
    }
    struct Whole: Encodable {
      let isReady: Bool
      let findings: [Finding]
      let hosts: [Host]
    }
    let rows = hosts.indices.map { index in
      var offset: Double?
      if case .facts(_, let seconds, _) = hosts[index].answer { offset = seconds }
      return Host(
        name: hosts[index].name, slots: hosts[index].slots, facts: hosts[index].facts, clockOffset: offset,
        link: links.indices.contains(index - 1) ? links[index - 1] : nil)
    }
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let whole = Whole(isReady: diagnosis.isReady, findings: diagnosis.findings, hosts: rows)
    return String(decoding: try encoder.encode(whole), as: UTF8.self)
  }
}
