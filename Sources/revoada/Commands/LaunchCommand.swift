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

      Ranks are bound to cores of their own where there are enough. A rank or a host that dies or hangs is named, and \
      the job goes on from the newest checkpoint, on what is left, to the same bits. ^C saves the state and ends with \
      status 75; the same command continues. A second ^C ends at once. Otherwise the exit status is the workers'. \
      --dry-run prints the mpirun command.
      """)

  @Option(name: .customShort("n"), help: "The number of ranks (default with hosts: one for each of their slots).")
  var ranks: Int?

  @Option(help: "The machines and how many ranks each takes: a:2,b:2")
  var hosts: String?

  @Option(help: "A file with one machine on each line: name slots=2", completion: .file())
  var hostfile: String?

  @Option(
    help: ArgumentHelp(
      "How often the job may be started again after a rank, a host or mpirun was lost; 0: never.", valueName: "n"))
  var maxRestarts = SupervisionLimits().maximumRestarts

  @Option(
    help: ArgumentHelp(
      "Silence or standstill that is taken for a hang (default: ten steps, at least 60 s).", valueName: "seconds"))
  var hangTimeout: Double?

  @Argument(help: "The configuration: a YAML file.", completion: .file(extensions: ["yaml", "yml"]))
  var config: String

  @OptionGroup var options: TrainOptions

  func validate() throws {
    if hosts != nil && hostfile != nil { throw ValidationError("Give --hosts or --hostfile, not both.") }
    if maxRestarts < 0 { throw ValidationError("--max-restarts \(maxRestarts): zero or more.") }
    if let hangTimeout, !(hangTimeout >= 2) {
      throw ValidationError("--hang-timeout \(hangTimeout): at least 2 seconds, as ranks report every second.")
    }
    if hosts == nil && hostfile == nil && ranks == nil {
      throw ValidationError("The number of ranks is missing, for example: revoada launch -n 4 CONFIG")
    }
  }

  func run() async throws {
    let request = LaunchRequest(
      ranks: ranks, threads: options.threads, hosts: try hostList(),
      worker: ["train", config] + options.workerArguments)
    let machine = try await Machine.detect()
    guard !options.dryRun else {
      print(try LaunchPlan(request, on: machine).commandLine)
      return
    }
    if let word = request.oversubscription(on: machine) { console.note(word) }
    let launch = SupervisedLaunch(
      request, on: machine, limits: SupervisionLimits(maximumRestarts: maxRestarts, hangSeconds: hangTimeout),
      console: console)
    throw ExitCode(try await launch.run().rawValue)
  }

  /// Notes go to stderr, what the workers print to stdout.
  private var console: Console {
    // On a terminal the workers' progress bar and the ^C stand in the line already.
    let lineStart = isatty(STDERR_FILENO) == 1 ? "\n" : ""
    return Console(
      note: { writeToStandardError("\(lineStart)revoada: \($0)\n") },
      write: { bytes in
        print(String(decoding: bytes, as: UTF8.self), terminator: "")
        fflush(nil)
      })
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
    return arguments + keys.arguments
  }
}
