import ArgumentParser
import Launching

/// `revoada tidy`: what `launch` runs on every host after a failure.
struct TidyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tidy",
    abstract: "Remove shared memory and folders that killed jobs of this user have left on this machine.",
    discussion: "Example: revoada tidy", shouldDisplay: false)

  @Option(help: ArgumentHelp("Wait for the last processes of jobs that this machine started.", valueName: "host"))
  var after: String?

  func run() {
    if let after { JobScratch.sweep(after: after) } else { JobScratch.sweep() }
  }
}
