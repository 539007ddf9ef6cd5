import Launching
import Testing

@Suite struct SlurmStepTests {
  private let task = ["SLURM_STEP_NUM_TASKS": "4", "SLURM_PROCID": "2", "SLURM_NTASKS": "4"]

  @Test("a task of srun knows its step")
  func step() throws {
    let step = try #require(SlurmStep(environment: task))
    #expect(step.tasks == 4)
    #expect(step.task == 2)
  }

  @Test("the script of a batch job and the shell of salloc are no step, whatever the job's number of tasks")
  func allocation() {
    #expect(SlurmStep(environment: ["SLURM_NTASKS": "4", "SLURM_PROCID": "0", "SLURM_JOB_ID": "7"]) == nil)
    #expect(SlurmStep(environment: ["SLURM_NTASKS": "4", "SLURM_JOB_ID": "7"]) == nil)
  }

  @Test("several tasks that MPI has not brought together are refused with what to do")
  func unconnected() throws {
    let step = try #require(SlurmStep(environment: task))
    let problem = try #require(step.problem(connected: 1, environment: task))
    #expect(problem.exitStatus == .unavailable)
    #expect(problem.description.contains("srun --mpi=pmix"))
    #expect(problem.description.contains("revoada launch -n 4"))
  }

  @Test("tasks that MPI has brought together, a single task, and a rank of mpirun's are left in peace")
  func connected() throws {
    let step = try #require(SlurmStep(environment: task))
    #expect(step.problem(connected: 4, environment: task) == nil)
    #expect(step.problem(connected: 1, environment: ["OMPI_COMM_WORLD_SIZE": "1"]) == nil)
    let single = try #require(SlurmStep(environment: ["SLURM_STEP_NUM_TASKS": "1", "SLURM_PROCID": "0"]))
    #expect(single.problem(connected: 1, environment: [:]) == nil)
  }
}
