import FoundationEssentials
import Glibc
import Platform
import TensorCore

extension HostFacts {
  /// Looks at the machine this process runs on.
  ///
  /// - Parameter files: what whoever compares hosts wants compared.
  public static func detect(
    runFolder: String, files: [FileIdentity], configurationProblem: String? = nil
  ) async -> HostFacts {
    var name = utsname()
    uname(&name)
    let memory = memoryFigures()
    return HostFacts(
      hostName: HostName.current(),
      directory: FileManager.default.currentDirectoryPath,
      bootIdentifier: word(of: "/proc/sys/kernel/random/boot_id") ?? "",
      user: Int(geteuid()),
      system: "\(text(of: name.sysname)) \(text(of: name.release))",
      processor: Processor.name,
      instructionSets: Processor.supportedInstructionSets.map(\.rawValue),
      cores: Machine.physicalCores(of: Processor.affinity()),
      load: word(of: "/proc/loadavg").flatMap(Double.init) ?? 0,
      memory: Space(path: "memory", total: memory.total, free: memory.available, isWritable: true),
      sharedMemory: space(of: "/dev/shm"),
      runFolder: space(of: runFolder),
      temporaryFolder: space(of: FileManager.default.temporaryDirectory.path),
      clock: clockNow(),
      openMPI: await MPIRun.version(),
      files: files, configurationProblem: configurationProblem,
      openFileLimit: limit(RLIMIT_NOFILE), lockedMemoryLimit: limit(__RLIMIT_MEMLOCK),
      ptraceScope: word(of: "/proc/sys/kernel/yama/ptrace_scope").flatMap { Int($0) } ?? -1)
  }

  /// Nanoseconds since 1970.
  static func clockNow() -> Int {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return now.tv_sec * 1_000_000_000 + now.tv_nsec
  }

  /// Of the nearest folder above that exists: a run makes those that are missing.
  private static func space(of path: String) -> Space {
    var folder = path.isEmpty ? "." : path
    while access(folder, F_OK) != 0, folder != "/", folder != "." {
      let parent = folder.split(separator: "/").dropLast().joined(separator: "/")
      folder = folder.hasPrefix("/") ? "/" + parent : (parent.isEmpty ? "." : parent)
    }
    var figures = statvfs()
    guard statvfs(folder, &figures) == 0 else { return Space(path: path, total: 0, free: 0, isWritable: false) }
    let block = Int(figures.f_frsize)
    return Space(
      path: path, total: Int(figures.f_blocks) * block, free: Int(figures.f_bavail) * block,
      isWritable: access(folder, W_OK | X_OK) == 0)
  }

  private static func memoryFigures() -> (total: Int, available: Int) {
    let lines = String(decoding: FileManager.default.contents(atPath: "/proc/meminfo") ?? Data(), as: UTF8.self)
    func bytes(_ name: String) -> Int {
      let line = lines.split(separator: "\n").first { $0.hasPrefix(name + ":") }
      return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }
    return (bytes("MemTotal"), bytes("MemAvailable"))
  }

  private static func limit(_ resource: __rlimit_resource) -> Int {
    var limit = rlimit()
    guard getrlimit(CInt(resource.rawValue), &limit) == 0 else { return 0 }
    return Int(clamping: limit.rlim_cur)
  }

  private static func word(of path: String) -> String? {
    guard let bytes = FileManager.default.contents(atPath: path) else { return nil }
    return String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isWhitespace).first.map(String.init)
  }

  /// The C string in an array of a C structure.
  private static func text<Characters>(of characters: Characters) -> String {
    withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
  }
}

extension MPIRun {
  /// `4.1.4` of the first mpirun on the search path; `nil` where it is none, or not Open MPI's.
  static func version() async -> String? {
    let ending = await CommandEnding.running(
      ["mpirun", "--version"], environment: ProcessInfo.processInfo.environment)
    guard ending.status == 0, let start = ending.output.firstRange(of: "(Open MPI) ")?.upperBound else { return nil }
    return String(ending.output[start...].prefix { !$0.isWhitespace })
  }
}
