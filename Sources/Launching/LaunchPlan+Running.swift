import Failures
import Glibc
import Subprocess

extension LaunchPlan {
  /// Runs the job to its end and returns the worker's exit status, 0 or one that the worker has explained.
  ///
  /// Standard output and error are this process's own; standard input is empty, for mpirun runs in the background.
  /// SIGINT, SIGTERM and SIGHUP ask the job to save and end; a second one ends it at once. `notify` gets a line for the
  /// user about that. Throws where mpirun or a worker ended without a word.
  public func run(notify: @escaping @Sendable (String) -> Void) async throws -> ExitStatus {
    let relay = StopRelay(notify: notify)
    let status = try await relay.listening { try await runMPIRun(relay) }
    let ending = JobEnding(status: status, stopRequests: relay.requests)
    if let problem = ending.problem(command: outspokenCommandLine) { throw problem }
    return ExitStatus(rawValue: ending.code)
  }

  private func runMPIRun(_ relay: StopRelay) async throws(LaunchError) -> JobEnding.Status {
    var options = PlatformOptions()
    options.processGroupID = 0
    var variables: [Environment.Key: String?] = [:]
    for (name, value) in environment { variables[Environment.Key(stringLiteral: name)] = value }
    let ended: TerminationStatus
    do {
      ended = try await Subprocess.run(
        .path(.init(arguments[0])), arguments: Arguments(Array(arguments.dropFirst())),
        environment: .inherit.updating(variables), platformOptions: options,
        input: .none, output: .currentStandardOutput, error: .currentStandardError
      ) { execution in
        relay.started(execution.processIdentifier.value)
      }.terminationStatus
    } catch {
      throw LaunchError("cannot run \(arguments[0]): \(error)", exitStatus: .systemError)
    }
    relay.ended()
    switch ended {
    case .exited(let code): return .exited(code)
    case .signaled(let signal): return .signalled(signal)
    }
  }
}
