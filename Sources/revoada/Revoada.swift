import ArgumentParser
import Failures
import Glibc

/// The command line: parses it, runs the subcommand, and turns any error into one message and an exit status.
@main
struct Revoada: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoada",
    abstract: "Train neural networks on clusters of ordinary machines, to the same bits on any number of ranks.",
    discussion: "Example: revoada launch -n 4 configs/digits-mlp.yaml",
    version: "0.1.0",
    subcommands: [TrainCommand.self, LaunchCommand.self, CheckpointCommand.self])

  static func main() async {
    do {
      var command = try parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let error as any UserFacingError {
      ErrorReport.print(error)
      Glibc.exit(error.exitStatus.rawValue)
    } catch {
      // Help, --version and mistakes on the command line: ArgumentParser's own, with status 0 or 64. Every rank has the
      // same command line, so one of them speaks for all.
      guard ParallelWorld.isFirstRank else { Glibc.exit(exitCode(for: error).rawValue) }
      exit(withError: error)
    }
  }
}

/// The one form in which an error reaches the user.
enum ErrorReport {
  static func print(_ error: any Error) { writeToStandardError("revoada: error: \(error)\n") }
}
