/// An error whose message is written for the person at the terminal.
///
/// The message names what was being done and where (file and line, tensor, rank); `remedy` says what to do next.
/// Every error type that can leave a module conforms, so that a run reports any of them in one way.
public protocol UserFacingError: Error, CustomStringConvertible, Sendable {
  /// The code the process ends with.
  var exitStatus: ExitStatus { get }

  /// What happened and where, in one sentence without a final stop: `configs/a.yaml:12: unknown key 'lanez'`.
  var message: String { get }

  /// What to do next, in one sentence, or `nil` where the message already says it.
  var remedy: String? { get }
}

extension UserFacingError {
  public var description: String {
    guard let remedy else { return message }
    return "\(message)\n  \(remedy)"
  }
}
