/// What a launch depends on beside the command line: facts about this machine, found once and then a plain value.
public struct Machine: Equatable, Sendable {
  /// The absolute path of this program, which the workers run too.
  public var executable: String
  public var mpirun: MPIRun
  /// Physical cores among the CPUs this process may run on. Hyper-threads share the units that training keeps busy.
  public var cores: Int
  /// Whether this process is kept off some CPUs (`taskset`, a container's CPU set). mpirun does not look at that when
  /// it binds and would move ranks onto the forbidden ones, so it must not bind here.
  public var isConfined: Bool
  /// mpirun refuses to start for root unless told.
  public var isRoot: Bool
  /// Whether the kernel module is there by which a process maps a sibling's memory.
  public var hasXPMEM: Bool
  /// The width of the terminal behind standard error, where a progress bar can be drawn; `nil` where there is none.
  public var terminalColumns: Int?
  /// The environment variables of this process that change how a worker runs: `REVOADA_ISA` and its like, sorted.
  public var workerVariables: [String]

  public init(
    executable: String, mpirun: MPIRun, cores: Int, isConfined: Bool = false, isRoot: Bool = false,
    hasXPMEM: Bool = false, terminalColumns: Int? = nil, workerVariables: [String] = []
  ) {
    self.executable = executable
    self.mpirun = mpirun
    self.cores = cores
    self.isConfined = isConfined
    self.isRoot = isRoot
    self.hasXPMEM = hasXPMEM
    self.terminalColumns = terminalColumns
    self.workerVariables = workerVariables
  }
}

/// The mpirun of an Open MPI installation.
public struct MPIRun: Equatable, Sendable {
  public var path: String
  /// 4 for Open MPI 4.1.4.
  public var majorVersion: Int

  public init(path: String, majorVersion: Int) {
    self.path = path
    self.majorVersion = majorVersion
  }
}
