/// Something that stands in a job's way, or may.
public struct Finding: Codable, Equatable, Sendable {
  public enum Severity: String, Codable, Sendable {
    /// The job would not run.
    case error
    /// It would, but slower, or only for a while.
    case warning
  }

  public var severity: Severity
  /// The host's name, or several with commas; `nil` where it is about all of them.
  public var host: String?
  public var message: String
  /// What to do: a sentence, or a command to copy.
  public var remedy: String

  public init(_ severity: Severity, host: String?, _ message: String, remedy: String) {
    self.severity = severity
    self.host = host
    self.message = message
    self.remedy = remedy
  }

  /// `error: node7: sshd refuses the key. Try: ssh-copy-id node7`
  public var line: String {
    "\(severity.rawValue): \(host.map { "\($0): " } ?? "")\(message). \(remedy)"
  }
}

/// What a host answered when it was asked for its facts.
public enum HostAnswer: Equatable, Sendable {
  /// `clockOffset` is in seconds: by how much its clock is ahead of ours, and by how much that may be wrong.
  case facts(HostFacts, clockOffset: Double, uncertainty: Double)
  /// The program ended with this status, or printed no facts; with its last words.
  case failed(status: Int32, words: String)
  /// With ssh's last words.
  case unreachable(String)
}

/// A host that a job is to run on, and what it answered.
public struct ExaminedHost: Equatable, Sendable {
  public var name: String
  public var slots: Int
  public var answer: HostAnswer

  public init(name: String, slots: Int, answer: HostAnswer) {
    self.name = name
    self.slots = slots
    self.answer = answer
  }

  var facts: HostFacts? {
    guard case .facts(let facts, _, _) = answer else { return nil }
    return facts
  }
}
