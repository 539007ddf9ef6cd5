import FoundationEssentials
import Glibc

/// The processes of this machine.
public enum ProcessTable {
  public struct Entry: Sendable {
    public let process: pid_t
    /// The command line; never empty.
    public let arguments: [String]
  }

  /// Those whose command lines are wanted. What has ended and waits to be collected has none.
  public static func processes(where isWanted: ([String]) -> Bool) throws -> [Entry] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { pid_t($0) }.compactMap { process in
      guard let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline"), !line.isEmpty else {
        return nil
      }
      let arguments = line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
      return !arguments.isEmpty && isWanted(arguments) ? Entry(process: process, arguments: arguments) : nil
    }
  }
}
