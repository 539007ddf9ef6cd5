import Failures

/// The program at the other end asked for a workload that does not exist.
public struct DialogueError: UserFacingError, Equatable {
  public let line: String
  public let count: Int

  public var exitStatus: ExitStatus { .badData }
  public var message: String { "'\(line)' is not the index of a workload, which lies in 0 ..< \(count)" }
  public var remedy: String? { "Write one index a line; the first line of the answer lists the workloads." }
}
