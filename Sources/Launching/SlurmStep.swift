import Failures

/// The step of a Slurm job that this process is a task of: what one `srun` has started.
public struct SlurmStep: Equatable, Sendable {
  /// The number of tasks of the step.
  public let tasks: Int
  /// Which of them this process is, from 0.
  public let task: Int

  /// `nil` outside a step: in the script of a batch job and in the shell of `salloc`, whatever the job's number of tasks.
  public init?(environment: [String: String]) {
    guard let tasks = environment["SLURM_STEP_NUM_TASKS"].flatMap({ Int($0) }),
      let task = environment["SLURM_PROCID"].flatMap({ Int($0) })
    else { return nil }
    self.tasks = tasks
    self.task = task
  }

  /// What is wrong where the tasks of this step know nothing of each other: each would train alone, all of them into one
  /// folder.
  ///
  /// - Parameter connected: The number of processes that MPI has brought together.
  public func problem(connected: Int, environment: [String: String]) -> UnconnectedTasks? {
    // A rank that mpirun has started lies in the step of mpirun's own daemon, which has a task on every node.
    guard tasks > 1, connected == 1, environment["OMPI_COMM_WORLD_SIZE"] == nil else { return nil }
    return UnconnectedTasks(tasks: tasks)
  }
}

/// srun has started several tasks without telling them of each other.
public struct UnconnectedTasks: UserFacingError, Equatable {
  public let tasks: Int

  public var exitStatus: ExitStatus { .unavailable }

  public var message: String {
    "srun started \(tasks) tasks, but MPI in them sees only itself: they would be \(tasks) separate runs"
  }

  public var remedy: String? {
    "Use srun --mpi=pmix (srun --mpi=list shows whether it is there), or salloc and in it revoada launch -n \(tasks)."
  }
}
