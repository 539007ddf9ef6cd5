import ArgumentParser
import Checkpoints
import Files
import Launching

/// Which ranks a measurement over ranks starts where nobody started it on several.
struct BenchJobOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp("The ranks to start (default: 2, with hosts one for each of their slots).", valueName: "n"))
  var ranks: Int?

  @Option(help: ArgumentHelp("The machines and how many ranks each takes: a:2,b:2", valueName: "list"))
  var hosts: String?

  /// Runs this program's command `worker` on the ranks; ends with its status.
  func launch(_ worker: [String], threads: Int) async throws {
    let hosts = try hosts.map { try HostList(option: $0) }
    let request = LaunchRequest(
      ranks: ranks ?? (hosts == nil ? 2 : nil), threads: threads, hosts: hosts, worker: worker, showsProgress: false)
    let plan = try LaunchPlan(request, on: try await Machine.detect())
    let status = try await plan.run { writeToStandardError("revoada: \($0)\n") }
    throw ExitCode(status.rawValue)
  }
}

extension WritableFile {
  /// Writes a text of lines and closes the file.
  func writeAll(_ text: String) throws {
    try Array((text + "\n").utf8).withUnsafeBytes { bytes in try write(bytes) }
    try close()
  }
}
