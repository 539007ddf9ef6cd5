import FoundationEssentials
import Subprocess

/// A machine of a job, on which commands can be run: by ssh, or directly where it is this machine itself.
public struct RemoteHost: Equatable, Sendable {
  /// As ssh and mpirun take it.
  public let name: String
  /// Whether it is this machine.
  public let isHere: Bool
  private let environment: [String: String]

  /// - Parameter environment: Where ssh is searched for, and what it and local commands get.
  public init(_ name: String, environment: [String: String] = ProcessInfo.processInfo.environment) {
    self.name = name
    self.environment = environment
    isHere = LocalNames.contain(name)
  }

  /// Runs a command to its end, with nothing to read, and gives what it printed.
  ///
  /// It never lasts longer than `timeout`: ssh gives up by itself, and what has not ended by then is killed with all it
  /// has started. A killed ssh leaves its command on the other host to notice that nobody listens.
  public func run(_ arguments: [String], timeout: Duration) async -> RemoteOutcome {
    precondition(!arguments.isEmpty, "a command has at least one word")
    var command = arguments
    if !isHere {
      do {
        let patience = Int(min(5, max(1, timeout.components.seconds)))
        command = try RemoteShell(environment: environment).arguments(host: name, arguments, patience: patience)
      } catch {
        return .unreachable(error.message)
      }
    }
    let ended = await CommandEnding.running(command, environment: environment, within: timeout)
    guard let ended else { return .unreachable("no answer within \(timeout.formattedSeconds)") }
    return isHere ? ended.outcome : ended.outcomeOverSSH
  }
}

/// What came of a command on a host.
public enum RemoteOutcome: Equatable, Sendable {
  /// The command ended: its status as a shell shows it, what it wrote to standard output, and to standard error.
  case ended(status: Int32, output: String, errors: String)
  /// It could not be run, or did not end in time: the reason in one line, ssh's own last words where it had any.
  case unreachable(String)
}

extension RemoteHost {
  /// Whether hosts answer, asked of all of them at once (of many, `width` at a time); by name.
  ///
  /// No host takes longer than `timeout`. One that is this machine is reachable without ssh.
  public static func areReachable(
    _ hosts: [String], timeout: Duration, environment: [String: String] = ProcessInfo.processInfo.environment
  ) async -> [String: HostState] {
    let states = await onEach(hosts.map { RemoteHost($0, environment: environment) }) { host -> HostState in
      guard !host.isHere else { return .reachable }
      switch await host.run(["true"], timeout: timeout) {
      case .ended(status: 0, _, _): return .reachable
      case .ended(let status, let output, let errors):
        // An account without a shell lets nobody run anything.
        return .unreachable(errors.lastWords ?? output.lastWords ?? "'true' ended with status \(status) there")
      case .unreachable(let reason): return .unreachable(reason)
      }
    }
    return Dictionary(zip(hosts, states)) { first, _ in first }
  }

  /// Runs `body` for every host, at most `width` at a time, and gives the answers in the order of the hosts.
  static func onEach<Answer: Sendable>(
    _ hosts: [RemoteHost], width: Int = 32, _ body: @escaping @Sendable (RemoteHost) async -> Answer
  ) async -> [Answer] {
    await withTaskGroup(of: (Int, Answer).self) { group in
      var answers = [Answer?](repeating: nil, count: hosts.count)
      for (index, host) in hosts.enumerated() {
        if index >= width, let (earlier, answer) = await group.next() { answers[earlier] = answer }
        group.addTask { (index, await body(host)) }
      }
      for await (index, answer) in group { answers[index] = answer }
      return answers.compactMap(\.self)
    }
  }
}

/// What asking a host for an answer came to.
public enum HostState: Hashable, Sendable {
  case reachable
  /// The reason in one line: `ssh: connect to host lab9 port 22: No route to host`.
  case unreachable(String)
}

extension Duration {
  /// `5 s`, or `0.3 s`.
  fileprivate var formattedSeconds: String {
    let tenths = (components.seconds * 10) + components.attoseconds / 100_000_000_000_000_000
    return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
  }
}
