import Failures
import Glibc
import Subprocess

extension LaunchPlan {
  /// Runs the job to its end and returns the worker's exit status, 0 or one that the worker has explained.
  ///
  /// Standard output and error are this process's own; the job's standard input is empty.
  /// SIGINT, SIGTERM and SIGHUP ask the job to save and end; a second one ends it at once. `notify` gets a line for the
  /// user about that. Throws where mpirun or a worker ended without a word.
  public func run(notify: @escaping @Sendable (String) -> Void) async throws -> ExitStatus {
    try await runMPIRun(output: .currentStandardOutput, notify: notify).status
  }

  /// The same, and returns what the job wrote to standard output.
  ///
  /// Throws where the job failed, too: it has said why on standard error.
  public func output(notify: @escaping @Sendable (String) -> Void) async throws -> String {
    let (status, output) = try await runMPIRun(output: .string(limit: 1 << 26), notify: notify)
    guard status == .success else {
      throw LaunchError("the job '\(commandLine)' failed", exitStatus: status)
    }
    return output
  }

  /// mpirun with its keeper, in a process group of their own, so that ^C at the terminal does not reach them. Standard
  /// input has to be a ``Lifeline``.
  var subprocess: Configuration {
    var options = PlatformOptions()
    options.processGroupID = 0
    var variables: [Environment.Key: String?] = [:]
    for (name, value) in environment { variables[Environment.Key(stringLiteral: name)] = value }
    return Configuration(
      executable: .path(.init(program)), arguments: Arguments(["keep"] + arguments),
      environment: .inherit.updating(variables), platformOptions: options)
  }

  private func runMPIRun<Output: OutputProtocol>(
    output: Output, notify: @escaping @Sendable (String) -> Void
  ) async throws -> (status: ExitStatus, output: Output.OutputType) {
    let relay = StopRelay(notify: notify)
    let (status, output) = try await relay.listening { try await runMPIRun(output: output, relay) }
    let ending = JobEnding(status: status, stopRequests: relay.requests)
    if let problem = ending.problem(command: outspokenCommandLine) { throw problem }
    return (ExitStatus(rawValue: ending.code), output)
  }

  private func runMPIRun<Output: OutputProtocol>(
    output: Output, _ relay: StopRelay
  ) async throws(LaunchError) -> (status: JobEnding.Status, output: Output.OutputType) {
    let lifeline = try Lifeline()
    defer { lifeline.cut() }
    do {
      let result = try await Subprocess.run(
        subprocess, input: lifeline.input, output: output, error: .currentStandardError
      ) { execution in
        relay.started(execution.processIdentifier.value)
      }
      relay.ended()
      return (JobEnding.Status(result.terminationStatus), result.standardOutput)
    } catch {
      throw LaunchError("cannot run \(program): \(error)", exitStatus: .systemError)
    }
  }
}

extension JobEnding.Status {
  init(_ status: TerminationStatus) {
    switch status {
    case .exited(let code): self = .exited(code)
    case .signaled(let signal): self = .signalled(signal)
    }
  }
}
