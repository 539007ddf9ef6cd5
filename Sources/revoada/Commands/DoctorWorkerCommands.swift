import ArgumentParser
import Collectives
import Failures
import FoundationEssentials
import Glibc
import Launching

/// What `revoada doctor` runs on every host: prints the host's facts as one line of JSON.
struct DoctorFactsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "doctor-facts", shouldDisplay: false)

  @Option(help: "The folder to which paths are relative, as they are for the ranks.")
  var directory: String

  @OptionGroup var subject: DoctorSubject

  func run() async throws {
    // mpirun does the same: ranks run in the user's home where there is no such folder.
    _ = chdir(directory)
    let facts = await subject.facts(program: try Machine.ownExecutable())
    print(String(decoding: try JSONEncoder().encode(facts), as: UTF8.self))
  }
}

/// What `revoada doctor` runs on a rank of every host: prints the links from the first to the others as one line of JSON.
struct DoctorLinksCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "doctor-links", shouldDisplay: false)

  @Option(help: "Not used: every job is told.")
  var threads = 1

  func run() throws {
    try ParallelWorld.run { group in
      group.abortOnFailure(report: ErrorReport.print) {
        let links = try group.measureLinks().map { HostLink(latency: $0.latency, bandwidth: $0.bandwidth) }
        guard group.rank == 0 else { return }
        print(String(decoding: try JSONEncoder().encode(links), as: UTF8.self))
      }
    }
  }
}
