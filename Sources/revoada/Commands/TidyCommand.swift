import ArgumentParser
import Launching

/// `revoada tidy`: what `launch` runs on every host after a failure.
struct TidyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tidy",
    abstract: "End what killed jobs of this user have left on this machine: stopped keepers, shared memory, folders.",
    discussion: "Example: revoada tidy", shouldDisplay: false)

  @Option(help: ArgumentHelp("Wait for the last processes of jobs that this machine started.", valueName: "host"))
  var after: String?

  func run() {
    StoppedKeepers.wake()
    if let after { JobScratch.sweep(after: after) } else { JobScratch.sweep() }
  }
}
