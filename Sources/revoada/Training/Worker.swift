import ArgumentParser
import Collectives
import Failures
import Glibc
import Platform
import Supervision
import Training

/// What `launch` adds to the command line of a rank.
struct SupervisedWorkerOptions: ParsableArguments {
  @Flag(help: ArgumentHelp("Report to the launcher on stdout, and end with mpirun.", visibility: .hidden))
  var supervised = false

  @Option(help: ArgumentHelp("Lanes where neither configuration nor checkpoint says.", visibility: .hidden))
  var defaultLanes: Int?

  func validate() throws {
    if let defaultLanes, defaultLanes < 1 { throw ValidationError("--default-lanes \(defaultLanes): at least one.") }
  }

  /// Even where this process is stopped: a rank without its mpirun could never be ended from anywhere.
  func dieWithMPIRun() {
    ParentDeath.sends(SIGKILL)
    if getppid() == 1 { _exit(ExitStatus.temporary.rawValue) }
  }

  /// The rank that this process is, its reports to the launcher already under way where there is one.
  func worker(on group: any ProcessGroup, until signals: SignalWatch) throws -> Worker {
    let pulse = RunPulse()
    guard supervised else { return Worker(pulse: pulse, heartbeat: nil, signals: signals) }
    let identity = Heartbeat.Identity(rank: group.rank, host: try group.nodeName())
    let heartbeat = Heartbeat(identity, pulse: pulse, isAskedToEnd: { signals.isRaised }, write: writeLine)
    heartbeat.start()
    return Worker(pulse: pulse, heartbeat: heartbeat, signals: signals)
  }

  /// In one piece, past the buffer of `print`.
  private var writeLine: @Sendable (String) -> Void {
    { line in
      var line = line
      line.withUTF8 { bytes in _ = write(STDOUT_FILENO, bytes.baseAddress, bytes.count) }
    }
  }
}

/// A rank as its launcher sees it, or one without a launcher.
struct Worker {
  let pulse: RunPulse
  let heartbeat: Heartbeat?
  let signals: SignalWatch

  /// Whether a signal asks the run to save and end.
  var isInterrupted: () -> Bool { { [signals] in signals.isRaised } }

  /// Tells the user why the rank ends before the run does, and the launcher where it is because of an error.
  func report(_ error: any Error) {
    if case TrainingError.interrupted = error {
      // As it was asked to.
      writeToStandardError("revoada: \(error)\n")
      ending()
    } else {
      ErrorReport.print(error)
      heartbeat?.failed(String("\(error)".prefix { $0 != "\n" }))
    }
  }

  func ending() {
    pulse.enter(.ending)
    heartbeat?.beat()
  }
}
