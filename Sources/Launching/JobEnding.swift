import Failures
import Glibc

/// How mpirun ended, and what that means for the user.
///
/// With `--quiet` mpirun itself is silent, so a status that is not one of the worker's own is put into words here.
struct JobEnding: Equatable {
  enum Status: Equatable {
    case exited(Int32)
    case signalled(Int32)

    /// As a shell would show it.
    var code: Int32 {
      switch self {
      case .exited(let code): code
      case .signalled(let signal): 128 + signal
      }
    }
  }

  var status: Status
  /// How often the user asked the job to stop.
  var stopRequests: Int

  /// The status as a shell would show it.
  var code: Int32 { status.code }

  /// `nil` where the worker succeeded or has already said what was wrong.
  func problem(command: String) -> LaunchError? {
    switch code {
    case 0: return nil
    case ExitStatus.usage.rawValue...ExitStatus.configuration.rawValue: return nil
    case _ where stopRequests > 0:
      return LaunchError(
        "stopped before the state could be saved",
        remedy: LaunchError.continuing, exitStatus: .temporary)
    case 129...159:
      let signal = code - 128
      return LaunchError(
        "a worker was ended by signal \(signal) (\(String(cString: strsignal(signal))))",
        remedy: LaunchError.continuing, exitStatus: ExitStatus(rawValue: code))
    default:
      return LaunchError(
        "mpirun ended with status \(code) and gave no reason",
        remedy: "For its own words run: \(command)", exitStatus: ExitStatus(rawValue: code))
    }
  }
}
