import FoundationEssentials
import Glibc
import TestSupport

/// The processes of a job, found by what their command lines say: every one of them names the run's folder.
struct Victims {
  let run: String

  /// `revoada train ... --run FOLDER ... --supervised`.
  var ranks: [pid_t] { processes { $0.dropFirst().first == "train" && $0.contains("--supervised") } }

  /// `revoada keep .../mpirun ...`, between the launcher and mpirun.
  var keepers: [pid_t] { processes { $0.dropFirst().first == "keep" } }

  var mpirun: [pid_t] { processes { $0[0].hasSuffix("mpirun") } }

  /// Everything that still belongs to the run.
  var all: [pid_t] { processes { _ in true } }

  /// Open MPI's daemons on the other hosts. They do not know the run's folder; in a lab there are no others.
  static var daemons: [pid_t] { Self.processes { $0[0].hasSuffix("orted") } }

  /// Who a process is and how it does: `process 12 (T, child of 9): mpirun ...`.
  static func description(_ process: pid_t) -> String {
    func content(_ name: String) -> String {
      String(decoding: FileManager.default.contents(atPath: "/proc/\(process)/\(name)") ?? Data(), as: UTF8.self)
    }
    let state = content("stat").split(separator: ") ").last?.split(separator: " ").prefix(2) ?? []
    let command = content("cmdline").replacing("\0", with: " ").prefix(200)
    return "process \(process) (\(state.joined(separator: ", child of "))): \(command)"
  }

  private func processes(where isWanted: ([String]) -> Bool) -> [pid_t] {
    Self.processes { $0.contains(run) && isWanted($0) }
  }

  private static func processes(where isWanted: ([String]) -> Bool) -> [pid_t] {
    do {
      return try ProcessTable.processes(where: isWanted).map(\.process)
    } catch {
      return []
    }
  }
}
