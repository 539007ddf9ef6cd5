import FoundationEssentials
import Glibc

/// A program that a test has started. It is killed when the test lets go of it.
public final class RunningProcess {
  /// How a program ended.
  public struct Output: Sendable {
    /// The exit code; 128 plus the signal's number where a signal ended the program, as a shell says it.
    public let exitCode: Int32
    public let standardOutput: String
    public let standardError: String
  }

  /// A program that did not end, or did not do what was waited for, in the time it had.
  public struct TimedOut: Error, CustomStringConvertible {
    public let description: String
  }

  public let processIdentifier: pid_t
  private let standardOutput: CapturedOutput
  private let standardError: CapturedOutput
  private var hasEnded = false

  /// Starts `executable`, a path or a name on the search path, in a process group of its own.
  ///
  /// - Parameter environment: Variables to set beside the inherited ones.
  public init(_ executable: String, _ arguments: [String] = [], environment: [String: String] = [:]) throws {
    standardOutput = try CapturedOutput()
    standardError = try CapturedOutput()
    processIdentifier = try spawn(
      [executable] + arguments,
      environment: ProcessInfo.processInfo.environment.merging(environment) { $1 },
      standardOutput: standardOutput.descriptor, standardError: standardError.descriptor)
  }

  deinit {
    if !hasEnded { kill() }
  }

  /// What the program has written to its standard output up to now.
  public var standardOutputSoFar: String { standardOutput.text }

  /// What it has written to its standard error up to now.
  public var standardErrorSoFar: String { standardError.text }

  /// Whether it has ended; `wait` then returns at once.
  public var isOver: Bool {
    var information = siginfo_t()
    return waitid(P_PID, id_t(processIdentifier), &information, WEXITED | WNOHANG | WNOWAIT) == 0
      && information.si_signo == SIGCHLD
  }

  /// The processes that this one has started and that are still there: under `mpirun`, the ranks.
  public var children: [pid_t] {
    let path = "/proc/\(processIdentifier)/task/\(processIdentifier)/children"
    guard let list = FileManager.default.contents(atPath: path) else { return [] }
    return String(decoding: list, as: UTF8.self).split(separator: " ").compactMap { pid_t($0) }
  }

  /// Sends a signal to the program itself, not to those it has started.
  public func send(_ signal: Int32) { _ = Self.signal(processIdentifier, signal) }

  /// Waits for the program to end; kills it after `timeout` seconds.
  public func wait(timeout: Int = 60) throws -> Output {
    var status: Int32 = 0
    try waitUntil("the end", timeout: timeout) { process in
      waitpid(process.processIdentifier, &status, WNOHANG) != 0
    }
    hasEnded = true
    let signal = status & 0x7f
    return Output(
      exitCode: signal == 0 ? (status >> 8) & 0xff : 128 + signal,
      standardOutput: standardOutput.text, standardError: standardError.text)
  }

  /// Waits for the running program to make `condition` true; kills it after `timeout` seconds.
  public func waitUntil(
    _ what: String, timeout: Int = 60, _ condition: (RunningProcess) throws -> Bool
  ) throws {
    let deadline = ContinuousClock.now + .seconds(timeout)
    while try !condition(self) {
      guard ContinuousClock.now < deadline else {
        kill()
        throw TimedOut(
          description: """
            waited \(timeout) s for \(what); standard output: \(standardOutput.text)
            standard error: \(standardError.text)
            """)
      }
      usleep(2000)
    }
  }

  /// Asks first, so that `mpirun` can end its ranks.
  private func kill() {
    _ = Self.signal(-processIdentifier, SIGTERM)
    for _ in 0..<1000 where !hasEnded {
      hasEnded = waitpid(processIdentifier, nil, WNOHANG) != 0
      usleep(2000)
    }
    guard !hasEnded else { return }
    _ = Self.signal(-processIdentifier, SIGKILL)
    waitpid(processIdentifier, nil, 0)
    hasEnded = true
  }

  /// The C function, whose name `kill()` hides.
  private static func signal(_ process: pid_t, _ signal: Int32) -> Int32 {
    Glibc.kill(process, signal)
  }
}
