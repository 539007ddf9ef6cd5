/// Starting programs under `mpirun` from tests.
public enum MPIRun {
  /// Starts `ranks` processes of a program on this machine, also as root, in a container, and on fewer cores.
  ///
  /// A rank's failure shows as the program's own messages alone: `mpirun` adds none of its own.
  public static func start(
    _ program: String, _ arguments: [String] = [], ranks: Int, environment: [String: String] = [:]
  ) throws -> RunningProcess {
    let asRoot = ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"]
    let options = [
      "--quiet", "--oversubscribe",
      // Containers often forbid the system call that this mechanism needs.
      "--mca", "btl_vader_single_copy_mechanism", "none",
      "-n", "\(ranks)",
    ]
    return try RunningProcess(
      "mpirun", options + [program] + arguments, environment: asRoot.merging(environment) { $1 })
  }
}

/// The path of an executable of this package, which SwiftPM builds beside the running test bundle.
public func builtExecutable(_ name: String) -> String {
  let bundle = CommandLine.arguments[0]
  guard let slash = bundle.lastIndex(of: "/") else { return "./" + name }
  return bundle[...slash] + name
}
