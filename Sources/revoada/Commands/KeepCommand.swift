import ArgumentParser
import Launching

/// `revoada keep MPIRUN ...`: what `launch` starts in mpirun's place.
struct KeepCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keep",
    abstract: "Run a command that ends with the process that holds this one's standard input.",
    discussion: "Example: revoada keep /usr/bin/mpirun -n 2 hostname", shouldDisplay: false)

  @Argument(parsing: .captureForPassthrough, help: "The command: an absolute path and its arguments.")
  var command: [String]

  func run() throws { try JobKeeper(command: command).run() }
}
