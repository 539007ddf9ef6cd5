/// The mpirun command of a job, worked out from the request and the machine without touching either.
///
///     let plan = try LaunchPlan(LaunchRequest(ranks: 4, worker: ["train", "a.yaml"]), on: machine)
///     print(plan.commandLine)
public struct LaunchPlan: Equatable, Sendable {
  /// More is a slip of the pen.
  public static let maximumRanks = 1 << 16

  public let ranks: Int
  /// Threads of each rank.
  public let threads: Int
  /// Whether each rank is bound to cores of its own.
  public let isBound: Bool
  /// This program, whose ``JobKeeper`` runs the command.
  public let program: String
  /// The whole command: mpirun's absolute path, its options, this program's absolute path, the worker's arguments.
  public let arguments: [String]
  /// What mpirun and the workers get beside this process's environment.
  public let environment: [String: String]

  /// The command as one line for a shell, the environment in front.
  public var commandLine: String { Self.commandLine(environment, arguments) }

  /// The command with mpirun's own messages.
  var outspokenCommandLine: String { Self.commandLine(environment, arguments.filter { $0 != "--quiet" }) }

  private static func commandLine(_ environment: [String: String], _ arguments: [String]) -> String {
    let settings = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\(shellQuoted($0.value))" }
    return (settings + [shellQuoted(arguments)]).joined(separator: " ")
  }
}

extension LaunchPlan {
  public init(_ request: LaunchRequest, on machine: Machine) throws(LaunchError) {
    let ranks = try Self.ranks(request)
    let ranksPerHost = Self.ranksPerHost(ranks, hosts: request.hosts)
    let threads = request.threads ?? max(1, machine.cores / ranksPerHost)
    guard (1...LaunchPlan.maximumRanks).contains(threads) else {
      throw .usage("--threads is \(threads), but must be from 1 to \(LaunchPlan.maximumRanks)")
    }
    let fits = ranksPerHost * threads <= machine.cores && ranks <= request.hosts?.slots ?? ranks
    let isBound = fits && !machine.isConfined

    var arguments = [machine.mpirun.path]
    // One message per failure: the worker's. Without this mpirun adds banners of its own about every non-zero exit.
    arguments.append("--quiet")
    if machine.isRoot { arguments.append("--allow-run-as-root") }
    arguments += ["-n", "\(ranks)"]
    // mpirun stands between the workers and the terminal: they cannot ask it for its width.
    let environment = machine.terminalColumns.map { ["COLUMNS": "\($0)"] } ?? [:]
    if let hosts = request.hosts {
      arguments += ["--host", hosts.mpirunArgument]
      arguments += Self.forwarding(environment.keys.sorted() + machine.workerVariables)
    }
    arguments += Self.placement(isBound: isBound, threads: threads)
    arguments += Self.supervised(request, machine.mpirun)
    if !machine.hasXPMEM { arguments += Self.withoutSingleCopy(machine.mpirun) }
    arguments.append(machine.executable)
    arguments += request.worker
    arguments += ["--threads", "\(threads)"]
    if let supervision = request.supervision {
      arguments += ["--supervised", "--default-lanes", "\(supervision.lanes)"]
    }
    if request.showsProgress { arguments += ["--progress", machine.terminalColumns == nil ? "plain" : "bar"] }
    self.init(
      ranks: ranks, threads: threads, isBound: isBound, program: machine.executable, arguments: arguments,
      environment: environment)
  }

  private static func ranks(_ request: LaunchRequest) throws(LaunchError) -> Int {
    guard let ranks = request.ranks ?? request.hosts?.slots else {
      throw .usage("the number of ranks is missing", remedy: "Give -n, for example: revoada launch -n 4 CONFIG")
    }
    guard (1...maximumRanks).contains(ranks) else {
      throw .usage("-n is \(ranks), but must be from 1 to \(maximumRanks)")
    }
    return ranks
  }

  /// The most ranks that share one machine. Hosts are taken to be like this machine.
  private static func ranksPerHost(_ ranks: Int, hosts: HostList?) -> Int {
    guard let hosts else { return ranks }
    let rounds = (ranks + hosts.slots - 1) / hosts.slots
    return min(ranks, hosts.largestSlots * rounds)
  }

  /// Workers on this machine inherit mpirun's environment, those on other hosts only what it is told to hand on.
  private static func forwarding(_ variables: [String]) -> [String] { variables.flatMap { ["-x", $0] } }

  /// Where ranks run: side by side on cores of their own, or wherever the system puts them.
  private static func placement(isBound: Bool, threads: Int) -> [String] {
    isBound
      ? ["--bind-to", "core", "--map-by", "slot:PE=\(threads)"]
      : ["--bind-to", "none", "--map-by", "slot:OVERSUBSCRIBE"]
  }

  /// Where Open MPI puts its files, and how soon it notices that a host is gone: after some ten seconds instead of minutes.
  ///
  /// It takes two seconds to end what a dead rank has left. They could be saved (odls_base_sigkill_timeout), but what the
  /// others report in them says which rank was the first.
  private static func supervised(_ request: LaunchRequest, _ mpirun: MPIRun) -> [String] {
    guard let supervision = request.supervision, mpirun.majorVersion < 5 else { return [] }
    var settings = supervision.scratch
    if request.hosts != nil {
      settings += [
        .init("oob_tcp_keepalive_time", "4"), .init("oob_tcp_keepalive_intvl", "2"),
        .init("oob_tcp_keepalive_probes", "3"),
        .init("plm_rsh_args", RemoteShell.options(patience: 6, silences: 2).joined(separator: " ")),
      ]
    }
    return settings.flatMap { ["--mca", $0.name, $0.value] }
  }

  /// Without XPMEM, Open MPI copies out of a sibling's memory by a system call. Containers often refuse it, and where
  /// it is permitted, two copies through shared memory are faster: a step of the benchmark's MLP on two ranks took 0.88 ms
  /// instead of 1.0 to 1.7. Open MPI 5 moved this out of the shared-memory transport into a framework of its own.
  private static func withoutSingleCopy(_ mpirun: MPIRun) -> [String] {
    mpirun.majorVersion >= 5
      ? ["--mca", "smsc", "^cma"]
      : ["--mca", "btl_vader_single_copy_mechanism", "none"]
  }
}

/// What the user asked for.
public struct LaunchRequest: Equatable, Sendable {
  /// `nil` takes one rank for each slot of the hosts.
  public var ranks: Int?
  /// Threads of each rank; `nil` shares out the cores.
  public var threads: Int?
  /// `nil` stays on this machine.
  public var hosts: HostList?
  /// The worker's subcommand and arguments: `["train", "configs/digits-mlp.yaml"]`.
  public var worker: [String]
  /// Whether the worker takes `--progress`, as training does.
  public var showsProgress: Bool
  /// What a job gets that the launcher watches over; `nil` where it does not.
  var supervision: Supervision?

  struct Supervision: Equatable, Sendable {
    /// Those of a configuration that does not say: the ranks of the launch's first job, however many the later ones have.
    var lanes: Int
    /// Settings of Open MPI: the folders of the job.
    var scratch: [Setting]
  }

  /// A parameter of Open MPI.
  struct Setting: Equatable, Sendable {
    var name: String
    var value: String

    init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  public init(
    ranks: Int? = nil, threads: Int? = nil, hosts: HostList? = nil, worker: [String], showsProgress: Bool = true
  ) {
    self.ranks = ranks
    self.threads = threads
    self.hosts = hosts
    self.worker = worker
    self.showsProgress = showsProgress
  }
}
