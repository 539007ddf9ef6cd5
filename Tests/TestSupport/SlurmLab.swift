import Glibc

/// `cluster/slurm/lab.sh`: a Slurm cluster of one node on this machine.
public enum SlurmLab {
  /// Root may start it where the programs are installed that `cluster/bootstrap.sh --slurm` installs.
  public static var isAvailable: Bool {
    geteuid() == 0
      && ["munged", "mungekey", "slurmctld", "slurmd", "srun", "ip"].allSatisfy { program in
        ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].contains { access("\($0)/\(program)", X_OK) == 0 }
      }
  }

  /// Starts a command in the lab; it ends with the command's status.
  public static func start(_ command: [String], environment: [String: String] = [:]) throws -> RunningProcess {
    try RunningProcess("\(repositoryRoot)/cluster/slurm/lab.sh", ["--"] + command, environment: environment)
  }
}
