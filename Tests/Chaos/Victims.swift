import FoundationEssentials
import Glibc
import TestSupport

/// The processes of a job, found by what their command lines say: every one of them names the run's folder.
struct Victims {
  let run: String

  /// Ranks: `revoada train ... --run FOLDER ... --supervised`.
  var ranks: [pid_t] { processes { $0.contains("train") && $0.contains("--supervised") && !$0[0].hasSuffix("mpirun") } }

  var mpirun: [pid_t] { processes { $0[0].hasSuffix("mpirun") } }

  /// Everything that still belongs to the run.
  var all: [pid_t] { processes { _ in true } }

  /// Open MPI's daemons on the other hosts. They do not know the run's folder; in a lab there are no others.
  static var daemons: [pid_t] { everybody().filter { $0.arguments[0].hasSuffix("orted") }.map(\.process) }

  private func processes(where isWanted: ([String]) -> Bool) -> [pid_t] {
    Self.everybody().filter { $0.arguments.contains(run) && isWanted($0.arguments) }.map(\.process)
  }

  /// All processes with their command lines; those that have ended and wait to be collected have none.
  private static func everybody() -> [(process: pid_t, arguments: [String])] {
    let entries: [String]
    do {
      entries = try FileManager.default.contentsOfDirectory(atPath: "/proc")
    } catch {
      return []
    }
    return entries.compactMap { pid_t($0) }.compactMap { process in
      guard let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline"), !line.isEmpty else {
        return nil
      }
      return (process, line.split(separator: 0).map { String(decoding: $0, as: UTF8.self) })
    }.filter { !$0.arguments.isEmpty }
  }
}
