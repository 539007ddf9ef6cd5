import Glibc

/// `cluster/netlab.sh`: hosts with names, links and sshd of their own on this machine.
public enum NetworkLab {
  /// Root may make the hosts where the programs are installed that `cluster/bootstrap.sh --lab` installs.
  public static var isAvailable: Bool {
    geteuid() == 0
      && ["ip", "tc", "sshd"].allSatisfy { program in
        ["/usr/sbin", "/usr/bin", "/sbin", "/bin"].contains { access("\($0)/\(program)", X_OK) == 0 }
      }
  }

  /// What stands in front of a command that is to run on the first of `hosts` hosts.
  public static func command(hosts: Int) -> [String] { ["\(repositoryRoot)/cluster/netlab.sh", "\(hosts)", "--"] }

  /// Starts a command on the first of `hosts` hosts, `lab1`.
  public static func start(
    hosts: Int, _ command: [String], environment: [String: String] = [:]
  ) throws -> RunningProcess {
    let whole = Self.command(hosts: hosts) + command
    return try RunningProcess(whole[0], Array(whole.dropFirst()), environment: environment)
  }
}
