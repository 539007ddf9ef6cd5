import Failures

/// A configuration that cannot be used: the place, the key, what was found there and what is permitted.
///
/// The exit status is 78 for everything wrong inside a configuration, YAML syntax included; 66 where the file is
/// missing or unreadable; 64 for a `--set` that is not of the form `key=value`.
public struct ConfigurationError: UserFacingError, Equatable {
  public let message: String
  public let remedy: String?
  public let exitStatus: ExitStatus

  init(_ message: String, remedy: String? = nil, exitStatus: ExitStatus = .configuration) {
    self.message = message
    self.remedy = remedy
    self.exitStatus = exitStatus
  }
}
