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

  /// The remedy where nothing is to be mended.
  static let continuing = "The same command continues from the last checkpoint."

  static let stoppedBeforeStart = LaunchError(
    "stopped before the job had started",
    remedy: continuing, exitStatus: .temporary)

  static let noHostsLeft = LaunchError(
    "no host answers any more", remedy: "When they do, the same command continues from the last checkpoint.",
    exitStatus: .temporary)

  static func unreachable(_ hosts: [String]) -> LaunchError {
    LaunchError(
      (["\(hosts.count == 1 ? "a host cannot" : "\(hosts.count) hosts cannot") be reached:"] + hosts)
        .joined(separator: "\n"),
      remedy: "`revoada doctor --hosts ...` says what is missing on each host; or leave it out of --hosts.",
      exitStatus: .unavailable)
  }

  /// - Parameter status: of the last job.
  static func givenUp(
    _ reason: RestartPolicy.GiveUp, _ failures: [JobFailure], maximum: Int, status: Int32
  ) -> LaunchError {
    let last = failures.last?.sentence ?? "the job failed"
    switch reason {
    case .budgetSpent where maximum == 0:
      return LaunchError(
        last, remedy: continuing, exitStatus: ExitStatus(rawValue: status))
    case .budgetSpent:
      let list = failures.enumerated().map { "  \($0 + 1). \($1.sentence)" }
      return LaunchError(
        (["all \(maximum) restarts are used up; the failures were:"] + list).joined(separator: "\n"),
        remedy: continuing, exitStatus: .temporary)
    case .repeats(let times):
      return LaunchError(
        "the same failure came \(times) times in a row, so another restart would not help: \(last)",
        remedy: failures.last?.diagnosis, exitStatus: ExitStatus(rawValue: status))
    }
  }
}
