import ArgumentParser
import Launching
import Training

/// Single keys of a configuration, given on the command line.
struct KeyOptions: ParsableArguments {
  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp("Override a key of the configuration; may be repeated.", valueName: "section.key=value"))
  var overrides: [String] = []

  /// The same again, for another process.
  var arguments: [String] { overrides.flatMap { ["--set", $0] } }
}

/// What every command takes that measures the steps of a configuration.
struct MeasuredConfiguration: ParsableArguments {
  @Argument(help: "The configuration: a YAML file.", completion: .file(extensions: ["yaml", "yml"]))
  var config: String

  @OptionGroup var keys: KeyOptions

  @Option(help: ArgumentHelp("Threads of each rank.", valueName: "n"))
  var threads = 1

  func validate() throws {
    if threads < 1 { throw ValidationError("--threads \(threads): a rank has at least one thread.") }
  }

  func settings() throws -> RunConfiguration {
    try RunConfiguration.read(file: config, overrides: keys.overrides)
  }

  /// The job that measures some steps on so many ranks, with further keys.
  func job(steps: Int, ranks: Int, hosts: HostList? = nil, keys more: [String]) -> LaunchRequest {
    LaunchRequest(
      ranks: ranks, threads: threads, hosts: hosts,
      worker: ["bench", "steps", config, "--steps", "\(steps)", "--json", "-"] + keys.arguments
        + more.flatMap { ["--set", $0] },
      showsProgress: false)
  }
}
