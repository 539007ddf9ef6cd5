import FoundationEssentials
import TestSupport
import Testing
import Training

extension CommandTests {
  /// Training under a real Slurm: `make test-slurm`.
  @Suite(.enabled(if: SlurmLab.isAvailable, "the lab needs root, Slurm and munge: cluster/bootstrap.sh --slurm"))
  struct SlurmTests {
    private let workplace: Workplace

    init() throws { workplace = try Workplace() }

    /// Runs a command in a lab of its own.
    private func slurm(_ command: String..., timeout: Int = 60) throws -> RunningProcess.Output {
      try SlurmLab.start(command).wait(timeout: timeout)
    }

    private func training(_ subcommand: String, _ run: String, _ options: String...) -> [String] {
      [builtExecutable("revoada"), subcommand, "\(workplace.path)/clouds.yaml", "--run", "\(workplace.path)/\(run)"]
        + options
    }

    @Test("srun --mpi=pmix and launch under salloc train on two ranks to the digest of one process")
    func sameDigest() throws {
      let alone = try workplace.train("alone")
      let starts = [
        "srun": ["srun", "--mpi=pmix", "-n", "2"] + training("train", "srun"),
        "salloc": ["salloc", "-n", "2"] + training("launch", "salloc", "-n", "2"),
        "hosts": ["salloc", "-n", "2"] + training("launch", "hosts", "--hosts", "slurm1:2"),
      ]
      for (run, command) in starts {
        let output = try SlurmLab.start(command).wait()
        #expect(output.exitCode == 0, "\(run): \(output.standardError)")
        let summary = try workplace.summary(run)
        #expect(summary.machine.ranks == 2, "\(run)")
        #expect(summary.parametersDigest == alone.parametersDigest, "\(run)")
        print("slurm: \(run), \(summary.machine.ranks) ranks: \(summary.parametersDigest), the digest of one process")
      }
    }

    @Test("tasks that srun has not connected are refused once, with what to do, and write nothing")
    func withoutPMI() throws {
      let output = try SlurmLab.start(["srun", "--mpi=none", "-n", "2"] + training("train", "none")).wait()
      #expect(output.exitCode == 69)
      #expect(output.standardError.ranges(of: "revoada: error:").count == 1, "\(output.standardError)")
      #expect(output.standardError.contains("srun --mpi=pmix"))
      #expect(!workplace.folder.exists("none"))
    }

    @Test("one task of a job with room for more trains alone, in srun and in a batch script")
    func alone() throws {
      let command = training("train", "one").joined(separator: " ")
      let script = "#!/bin/bash\n\(command) && \(builtExecutable("revoada")) checkpoint digest \(workplace.path)/one\n"
      try workplace.folder.write(script, to: "alone.sbatch")
      let output = try slurm(
        "sbatch", "--wait", "--ntasks=2", "--output=\(workplace.path)/batch.log", "\(workplace.path)/alone.sbatch")
      #expect(output.exitCode == 0, "\(output.standardError)")
      #expect(try workplace.summary("one").machine.ranks == 1)
      let single = try SlurmLab.start(["srun", "-n", "1"] + training("train", "single")).wait()
      #expect(single.exitCode == 0, "\(single.standardError)")
    }

    /// Stops a job twice, as the end of its time and as a pre-emption would, and lets it come to its end. Then has
    /// another one cancelled. Prints what became of each.
    private static let interruptions = """
      cd "$1"
      lines() { cat "$1/metrics.jsonl" 2>/dev/null | wc -l; }
      further() { [ "$(lines $1)" -gt "$2" ]; }
      stopped() { [ "$(grep -c 'goes back' cut.log)" -eq "$1" ]; }
      ended() { [ -z "$(squeue --noheader --jobs="$1" 2>/dev/null)" ]; }
      await() { for attempt in {1..600}; do if "$@"; then return; fi; sleep 0.05; done; echo "in vain: $*"; exit 1; }
      submit() {
        sbatch --parsable --output=$1.log "$script" clouds.yaml --run $1 --steps $2 --set checkpoint.every=0 \\
          --set training.evaluate_every=1000
      }
      script=$2
      job=$(submit cut 1500)
      await further cut 3
      scancel --signal=USR1 --batch $job
      await stopped 1
      await further cut $(($(lines cut) + 3))
      scancel --signal=TERM $job
      await stopped 2
      await ended $job
      scontrol show job $job | grep -oE '(JobState|Restarts)=[A-Z0-9]+'
      job=$(submit cancelled 1000000)
      await further cancelled 3
      scancel $job
      await ended $job
      scontrol show job $job | grep -oE '(JobState|Restarts)=[A-Z0-9]+'
      """

    @Test("a job that is stopped twice saves, goes back into the queue, and ends with the digest of one process")
    func requeued() throws {
      let straight = try workplace.train("straight", "--steps", "1500", "--set", "training.evaluate_every=1000")
      let output = try SlurmLab.start(
        ["bash", "-c", Self.interruptions, "bash", workplace.path, "\(repositoryRoot)/cluster/slurm/train.sbatch"],
        environment: ["REVOADA": builtExecutable("revoada")]
      ).wait(timeout: 120)
      let lines = output.standardOutput.split(separator: "\n").map(String.init)
      #expect(lines.prefix(2) == ["JobState=COMPLETED", "Restarts=2"], "\(output)")
      #expect(lines.suffix(2) == ["JobState=CANCELLED", "Restarts=0"], "\(output)")
      #expect(try !workplace.checkpoints("cancelled").isEmpty)
      let summary = try workplace.summary("cut")
      #expect(summary.parametersDigest == straight.parametersDigest)
      print("slurm: stopped twice and requeued twice: \(summary.parametersDigest), the digest of one process")
    }
  }
}
