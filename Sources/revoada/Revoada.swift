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
    subcommands: [
      TrainCommand.self, LaunchCommand.self, EvalCommand.self, DataCommand.self, GenerateCommand.self,
      BenchCommand.self,
      PlanCommand.self, TokenizerCommand.self, CheckpointCommand.self, DoctorCommand.self, DoctorFactsCommand.self,
      DoctorLinksCommand.self, KeepCommand.self, TidyCommand.self,
    ])

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
      // Help, --version and mistakes on the command line: ArgumentParser's own, with status 0 or 64.
      guard ParallelWorld.isPresent else { exit(withError: error) }
      exitTogether(withError: error)
    }
  }

  /// Every rank has the same command line, so one speaks for all; the others wait for it, for mpirun kills the rest of a
  /// job as soon as one rank has failed.
  private static func exitTogether(withError error: any Error) -> Never {
    let code = exitCode(for: error)
    do {
      try ParallelWorld.run { group in
        if group.rank == 0 {
          let message = fullMessage(for: error) + "\n"
          if code.isSuccess { Swift.print(message, terminator: "") } else { writeToStandardError(message) }
        }
        try group.barrier()
      }
    } catch {
      ErrorReport.print(error)
    }
    Glibc.exit(code.rawValue)
  }
}

/// The one form in which an error reaches the user.
enum ErrorReport {
  static func print(_ error: any Error) { writeToStandardError("revoada: error: \(visible("\(error)"))\n") }

  /// Messages quote files, and a file must not command the terminal: control characters become visible.
  private static func visible(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.flatMap { scalar in
          let isControl = scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
          return isControl ? Array("\\u{\(String(scalar.value, radix: 16))}".unicodeScalars) : [scalar]
        }))
  }
}
