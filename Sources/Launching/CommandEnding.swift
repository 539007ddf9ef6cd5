import Failures
import Glibc
import Subprocess

/// How a command on this machine ended, and what it wrote.
struct CommandEnding: Equatable, Sendable {
  /// As a shell shows it: 128 plus the signal's number for a command that a signal ended; `nil` where it did not start.
  var status: Int32?
  var output: String
  var errors: String

  /// The most a command may print; more is not an answer.
  private static let limit = 1 << 24

  /// Runs a command in a process group of its own; it is killed, with the group, when the task is cancelled.
  static func running(_ arguments: [String], environment: [String: String]) async -> CommandEnding {
    var options = PlatformOptions()
    options.processGroupID = 0
    options.teardownSequence = [
      .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .seconds(1))
    ]
    let variables = environment.map { (Environment.Key(stringLiteral: $0.key), $0.value) }
    // What has no slash is searched for on the search path.
    let program: Executable = arguments[0].contains("/") ? .path(.init(arguments[0])) : .name(arguments[0])
    do {
      let result = try await Subprocess.run(
        program, arguments: Arguments(Array(arguments.dropFirst())),
        environment: .custom(Dictionary(uniqueKeysWithValues: variables)), platformOptions: options,
        input: .none, output: .string(limit: Self.limit), error: .string(limit: Self.limit))
      return CommandEnding(
        status: JobEnding.Status(result.terminationStatus).code, output: result.standardOutput,
        errors: result.standardError)
    } catch {
      return CommandEnding(status: nil, output: "", errors: "cannot run \(arguments[0]): \(error)")
    }
  }

  /// The same; `nil` where time was up, and the command is killed.
  static func running(
    _ arguments: [String], environment: [String: String], within timeout: Duration
  ) async -> CommandEnding? {
    await withTaskGroup(of: CommandEnding?.self) { group in
      group.addTask { await running(arguments, environment: environment) }
      group.addTask {
        // Cancelled where the command is the first to end.
        do { try await Task.sleep(for: timeout) } catch { return nil }
        return nil
      }
      let first = await group.next() ?? nil
      group.cancelAll()
      return first
    }
  }

  var outcome: RemoteOutcome {
    guard let status else { return .unreachable(lastWords ?? "the command does not start") }
    return .ended(status: status, output: output, errors: errors)
  }

  /// The same for a command that ssh was to run elsewhere: ssh ends with 255 where it has failed itself.
  var outcomeOverSSH: RemoteOutcome {
    status == 255 ? .unreachable(lastWords ?? "ssh ended with status 255 and gave no reason") : outcome
  }

  private var lastWords: String? { errors.lastWords }
}

extension String {
  /// The last line that says something, without spaces at its ends; `nil` where none does.
  var lastWords: String? {
    let line = split(whereSeparator: \.isNewline).last { line in line.contains { !$0.isWhitespace } }
    return line.map { String($0.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()) }
  }
}
