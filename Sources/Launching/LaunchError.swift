import Failures
import Glibc

/// A launch that cannot be planned, or a job that ended without saying why.
public struct LaunchError: UserFacingError, Equatable {
  public let message: String
  public let remedy: String?
  public let exitStatus: ExitStatus

  init(_ message: String, remedy: String? = nil, exitStatus: ExitStatus) {
    self.message = message
    self.remedy = remedy
    self.exitStatus = exitStatus
  }

  static let noMPIRun = LaunchError(
    "mpirun was not found on the search path", remedy: "Install Open MPI: run cluster/bootstrap.sh.",
    exitStatus: .unavailable)

  static func foreignMPIRun(_ path: String) -> LaunchError {
    LaunchError(
      "\(path) is not Open MPI's mpirun",
      remedy: "Put Open MPI first on the search path, or install it: run cluster/bootstrap.sh.",
      exitStatus: .unavailable)
  }

  static func usage(_ message: String, remedy: String? = nil) -> LaunchError {
    LaunchError(message, remedy: remedy, exitStatus: .usage)
  }

  /// `code` is an errno.
  static func system(_ message: String, code: CInt) -> LaunchError {
    LaunchError("\(message): \(String(cString: strerror(code)))", exitStatus: .systemError)
  }
}
