/// Process exit codes, as sysexits.h names them.
public struct ExitStatus: RawRepresentable, Hashable, Sendable {
  public let rawValue: Int32

  public init(rawValue: Int32) { self.rawValue = rawValue }

  public static let success = ExitStatus(rawValue: 0)
  /// EX_USAGE: the command line is wrong.
  public static let usage = ExitStatus(rawValue: 64)
  /// EX_DATAERR: an input file's content is wrong.
  public static let badData = ExitStatus(rawValue: 65)
  /// EX_NOINPUT: an input file is missing or unreadable.
  public static let missingInput = ExitStatus(rawValue: 66)
  /// EX_UNAVAILABLE: a program or service the command needs is missing.
  public static let unavailable = ExitStatus(rawValue: 69)
  /// EX_SOFTWARE: a defect of ours.
  public static let internalError = ExitStatus(rawValue: 70)
  /// EX_OSERR: the system refused a resource.
  public static let systemError = ExitStatus(rawValue: 71)
  /// EX_CANTCREAT: an output file cannot be written.
  public static let cannotWrite = ExitStatus(rawValue: 73)
  /// EX_TEMPFAIL: interrupted; running the same command again continues.
  public static let temporary = ExitStatus(rawValue: 75)
  /// EX_CONFIG: the configuration is wrong.
  public static let configuration = ExitStatus(rawValue: 78)
}
