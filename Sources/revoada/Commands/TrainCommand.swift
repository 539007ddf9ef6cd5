import ArgumentParser
import Benchmarks
import Checkpoints
import Collectives
import Failures
import Files
import Glibc
import Supervision
import TensorCore
import Training

/// `revoada train CONFIG`: trains on however many ranks it was started with.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a model as a configuration says.",
    discussion: """
      Alone it trains on one rank; under mpirun, srun or `revoada launch` on all of them. ^C saves and ends; the same
      command then goes on where it stopped.

      Examples:
        revoada train configs/digits-mlp.yaml
        mpirun -n 2 revoada train configs/mnist-mlp.yaml --set data.path=mnist --run runs/mnist
        revoada train configs/digits-mlp.yaml --set optimizer.learning_rate=0.01 --dry-run
      """)

  @Argument(help: "The configuration: a YAML file.")
  var config: String

  @OptionGroup var options: TrainOptions

  @Option(help: ArgumentHelp("How progress is shown on stderr: auto, bar, plain or none.", valueName: "style"))
  var progress: ProgressStyle = .auto

  @Option(help: ArgumentHelp("Seconds to wait for another run in the folder to end.", visibility: .hidden))
  var lockPatience = 15.0

  @OptionGroup(visibility: .hidden) var launcher: SupervisedWorkerOptions

  func run() throws {
    // First of all: a rank may be stopped while MPI starts, too.
    if launcher.supervised { launcher.dieWithMPIRun() }
    // Before MPI and the thread pool start their threads, which inherit it.
    let signals = SignalWatch()
    // Beyond a limit on the size of files a write then fails, with a message, instead of ending the process.
    signal(SIGXFSZ, SIG_IGN)
    try ParallelWorld.run { group in
      let worker = try launcher.worker(on: group, until: signals)
      group.abortOnFailure(report: worker.report) {
        let settings = try group.agree { try readConfiguration() }
        if options.dryRun {
          try printPlan(of: settings, on: group)
        } else {
          try train(settings, on: group, as: worker)
        }
      }
    }
  }

  /// What the run will take, as comments, and the whole configuration.
  private func printPlan(of settings: RunConfiguration, on group: any ProcessGroup) throws {
    let threads = try threads(on: group)
    guard group.rank == 0 else { return }
    do {
      let estimate = try RunEstimate(settings, ranks: group.size)
      let backend = Backend(instructionSet: try chosenInstructionSet(), threads: threads)
      print(estimate.text(operationsPerSecond: Peaks.productsPerSecond(on: backend)), terminator: "")
    } catch let error as any UserFacingError where error.exitStatus == .missingInput {
      // The configuration can be looked at without the data; what a step takes follows from them.
      print("# \(error.message): with the data here this would say what a step takes")
    }
    print(settings.resolvedYAML, terminator: "")
  }

  /// As many as asked for, with a word from the first rank where they have to take turns.
  private func threads(on group: any ProcessGroup) throws -> Int {
    let share = try group.threadsPerRank()
    guard let wanted = options.threads else { return share }
    if wanted > share && group.rank == 0 {
      writeToStandardError(
        "revoada: --threads \(wanted) is more than a rank's share of the processors, \(share): they will take turns\n")
    }
    return wanted
  }

  private func readConfiguration() throws -> RunConfiguration {
    var settings = try RunConfiguration.read(file: config, overrides: options.keys.overrides)
    if let steps = options.steps { settings.training.steps = steps }
    return settings
  }

  private func train(_ settings: RunConfiguration, on group: any ProcessGroup, as worker: Worker) throws {
    let backend = try group.agree {
      Backend(instructionSet: try chosenInstructionSet(), threads: try threads(on: group))
    }
    let environment = RunEnvironment(
      group: group, backend: backend, fileSystem: LocalFileSystem(), display: progress.display(for: group),
      programDigest: { try fileDigest(of: "/proc/self/exe", in: LocalFileSystem()) },
      isInterrupted: worker.isInterrupted, pulse: worker.pulse, defaultLanes: launcher.defaultLanes,
      patience: RunPatience(lock: lockPatience))
    let directory = RunDirectory(options.run ?? "runs/" + fileStem(config))
    let run = try TrainingRun(settings, directory: directory, resume: options.resumePolicy, in: environment)
    let summary = try run.train()
    try run.close()
    worker.ending()
    if group.rank == 0 { print(summary.table) }
  }
}

/// The options of `train`, which `launch` hands on.
struct TrainOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The run's folder; runs/ and the configuration's name by default.", valueName: "dir"))
  var run: String?

  @Option(help: ArgumentHelp("Steps in all, instead of training.steps and training.epochs.", valueName: "n"))
  var steps: Int?

  @Option(
    help: ArgumentHelp(
      "Where to begin: auto (the run's newest good checkpoint, if any), none (anew), or a checkpoint's folder.",
      valueName: "auto|none|path"))
  var resume = "auto"

  @OptionGroup var keys: KeyOptions

  @Option(help: ArgumentHelp("Threads of each rank; its share of the cores by default.", valueName: "n"))
  var threads: Int?

  @Flag(help: "Print what would be done, and end: train the whole configuration, launch the mpirun command.")
  var dryRun = false

  var resumePolicy: ResumePolicy {
    switch resume {
    case "auto": .automatic
    case "none": .none
    default: .from(resume)
    }
  }

  func validate() throws {
    if let steps, steps < 0 { throw ValidationError("--steps \(steps): a number of steps is zero or more.") }
    if let threads, threads < 1 { throw ValidationError("--threads \(threads): a rank has at least one thread.") }
  }
}

/// `configs/digits-mlp.yaml` gives `digits-mlp`.
private func fileStem(_ path: String) -> String {
  let name = path.split(separator: "/").last.map(String.init) ?? path
  guard let dot = name.lastIndex(of: "."), dot != name.startIndex else { return name }
  return String(name[..<dot])
}
