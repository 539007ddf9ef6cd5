import Failures

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A file system call that failed: which call, on which path, and why.
public struct FileSystemError: UserFacingError, Equatable, Codable {
  /// What the call was for; it decides the exit status.
  public enum Purpose: String, Sendable, Codable {
    case reading, writing
  }

  /// The system call: `open`, `write`, `fsync`, `rename`, ...
  public let call: String
  public let path: String
  /// The value of `errno`, or 0 where a file ended before the bytes that should be in it.
  public let code: Int32
  public let purpose: Purpose

  public init(call: String, path: String, code: Int32, purpose: Purpose) {
    self.call = call
    self.path = path
    self.code = code
    self.purpose = purpose
  }

  public var exitStatus: ExitStatus { purpose == .writing ? .cannotWrite : .missingInput }

  public var message: String { "cannot \(call) \(path): \(reason)" }

  public var remedy: String? {
    switch code {
    case ENOSPC, EDQUOT: "Free space on that disk (or raise the quota), then run the same command again."
    case EFBIG: "Raise the limit on the size of files (ulimit -f), then run the same command again."
    case EACCES, EPERM: "Check who may \(purpose == .writing ? "write" : "read") there."
    case EROFS: "That disk is mounted read-only: choose a folder on another one."
    case ENOENT: "Check the path."
    case ENOTDIR: "A part of that path is a file, not a folder: choose another one."
    case EIO: "The disk reports a defect: look into the system log, and keep a copy elsewhere."
    default: nil
    }
  }

  /// The text of `errno`.
  public var reason: String { code == 0 ? "the file ends early" : String(cString: strerror(code)) }
}
