import ArgumentParser
import Failures
import Glibc
import Launching

struct LaunchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "launch",
    abstract: "Train on several ranks: work out the mpirun command for this machine and run it.",
    discussion: """
      Example: revoada launch -n 4 configs/digits-mlp.yaml --set training.seed=7

      Ranks are bound to cores of their own where there are enough. ^C saves the state and ends with status 75; the \
      same command continues. A second ^C ends at once. Otherwise the exit status is the workers'. --dry-run prints the \
      mpirun command.
      """)

  @Option(name: .customShort("n"), help: "The number of ranks (default with hosts: one for each of their slots).")
  var ranks: Int?

  @Option(help: "The machines and how many ranks each takes: a:2,b:2")
  var hosts: String?

  @Option(help: "A file with one machine on each line: name slots=2", completion: .file())
  var hostfile: String?

  @Argument(help: "The configuration: a YAML file.", completion: .file(extensions: ["yaml", "yml"]))
  var config: String

  @OptionGroup var options: TrainOptions

  func validate() throws {
    if hosts != nil && hostfile != nil { throw ValidationError("Give --hosts or --hostfile, not both.") }
    if hosts == nil && hostfile == nil && ranks == nil {
      throw ValidationError("The number of ranks is missing, for example: revoada launch -n 4 CONFIG")
    }
  }

  func run() async throws {
    let request = LaunchRequest(
      ranks: ranks, threads: options.threads, hosts: try hostList(),
      worker: ["train", config] + options.workerArguments)
    let plan = try LaunchPlan(request, on: try await Machine.detect())
    guard !options.dryRun else {
      print(plan.commandLine)
      return
    }
    // On a terminal the workers' progress bar and the ^C stand in the line already.
    let lineStart = isatty(STDERR_FILENO) == 1 ? "\n" : ""
    let status = try await plan.run { writeToStandardError("\(lineStart)revoada: \($0)\n") }
    throw ExitCode(status.rawValue)
  }

  private func hostList() throws -> HostList? {
    if let hosts { return try HostList(option: hosts) }
    return try hostfile.map { try HostList(hostfile: $0) }
  }
}

extension TrainOptions {
  /// The options again as arguments for the workers. The plan adds `--threads`; `--dry-run` is for the launch itself.
  fileprivate var workerArguments: [String] {
    var arguments: [String] = []
    if let run { arguments += ["--run", run] }
    if let steps { arguments += ["--steps", "\(steps)"] }
    arguments += ["--resume", resume]
    for override in overrides { arguments += ["--set", override] }
    return arguments
  }
}
