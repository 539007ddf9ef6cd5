import FoundationEssentials
import Glibc
import Subprocess
import TensorCore

extension Machine {
  /// Looks at the machine this process runs on.
  public static func detect() async throws(LaunchError) -> Machine {
    let allowed = Processor.affinity()
    return Machine(
      executable: try ownExecutable(),
      mpirun: try await MPIRun.detect(),
      cores: physicalCores(of: allowed),
      isConfined: allowed.count < sysconf(CInt(_SC_NPROCESSORS_ONLN)),
      isRoot: geteuid() == 0,
      hasXPMEM: access("/dev/xpmem", R_OK | W_OK) == 0,
      terminalColumns: terminalColumns(),
      workerVariables: workerVariables(in: ProcessInfo.processInfo.environment))
  }

  /// The absolute path of this program.
  public static func ownExecutable() throws(LaunchError) -> String {
    guard let path = realpath("/proc/self/exe", nil) else {
      throw .system("cannot find this program's own path", code: errno)
    }
    defer { free(path) }
    return String(cString: path)
  }

  /// CPUs with the same siblings are hyper-threads of one core; where the kernel does not say, each is a core.
  static func physicalCores(of cpus: Set<Int>) -> Int {
    let siblings = cpus.map { cpu in
      firstLine(of: "/sys/devices/system/cpu/cpu\(cpu)/topology/thread_siblings_list") ?? "cpu\(cpu)"
    }
    return max(1, Set(siblings).count)
  }

  /// The width of the terminal behind standard error; `nil` where there is none.
  private static func terminalColumns() -> Int? {
    guard isatty(STDERR_FILENO) == 1 else { return nil }
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  static func workerVariables(in environment: [String: String]) -> [String] {
    environment.keys.filter { $0.hasPrefix("REVOADA_") }.sorted()
  }

  private static func firstLine(of path: String) -> String? {
    guard let file = fopen(path, "re") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 4096)
    guard fgets(&line, CInt(line.count), file) != nil else { return nil }
    let bytes = line.prefix { $0 != 0 && $0 != CChar(UInt8(ascii: "\n")) }.map { UInt8(bitPattern: $0) }
    return String(decoding: bytes, as: UTF8.self)
  }
}

extension MPIRun {
  /// The first `mpirun` of the search path, asked for its version.
  static func detect() async throws(LaunchError) -> MPIRun {
    let path: String
    let answer: String
    do {
      path = try await Executable.name("mpirun").resolveExecutablePath(in: .inherit).string
      answer = try await Subprocess.run(
        .name("mpirun"), arguments: ["--version"], output: .string(limit: 1 << 16), error: .discarded
      ).standardOutput
    } catch {
      throw .noMPIRun
    }
    guard let major = majorVersion(in: answer) else { throw .foreignMPIRun(path) }
    return MPIRun(path: path, majorVersion: major)
  }

  /// 4 out of `mpirun (Open MPI) 4.1.4` followed by more lines; `nil` for the mpirun of another MPI.
  static func majorVersion(in answer: String) -> Int? {
    guard let start = answer.firstRange(of: "(Open MPI) ")?.upperBound else { return nil }
    return Int(answer[start...].prefix { $0.isNumber })
  }
}
