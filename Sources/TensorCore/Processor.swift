import KernelInterface

#if canImport(Glibc)
  import Glibc
#endif

/// What the processor can do and how much of it this process may use.
public enum Processor {
  /// The instruction sets that have a build of the kernels and that this processor has, narrowest first.
  public static let supportedInstructionSets: [InstructionSet] = {
    #if arch(x86_64)
      let flags = cpuFlags()
      var sets: [InstructionSet] = []
      if ["avx2", "fma", "bmi2"].allSatisfy(flags.contains) { sets.append(.avx2) }
      if sets == [.avx2], ["avx512f", "avx512dq", "avx512bw", "avx512vl"].allSatisfy(flags.contains) {
        sets.append(.avx512)
      }
      return sets
    #else
      return [.neon]
    #endif
  }()

  /// The last of `supportedInstructionSets`. Traps where there is none: below AVX2 and FMA nothing of ours runs.
  public static var widestInstructionSet: InstructionSet {
    guard let widest = supportedInstructionSets.last else {
      preconditionFailure("this processor lacks AVX2 and FMA, which every kernel needs")
    }
    return widest
  }

  /// The manufacturer's name of the processor; its architecture where the system does not tell.
  public static var name: String {
    let line = firstLine(of: "/proc/cpuinfo", beginningWith: "model name")
    guard let name = line?.split(separator: ":", maxSplits: 1).last else { return architecture }
    return name.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }

  private static var architecture: String {
    #if arch(x86_64)
      "x86-64"
    #else
      "arm64"
    #endif
  }

  /// The processors this process may run on (its CPU affinity), as mpirun, Slurm or taskset left it.
  ///
  /// Read from /proc, because Glibc shows sched_getaffinity only to C. All online processors where there is no /proc.
  public static func affinity() -> Set<Int> {
    guard let list = firstLine(of: "/proc/thread-self/status", beginningWith: "Cpus_allowed_list:") else {
      return Set(0..<max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    }
    return processors(inList: list.dropFirst("Cpus_allowed_list:".count))
  }

  /// The kernel's spelling of a set: "0-2,5" is {0, 1, 2, 5}.
  static func processors(inList list: some StringProtocol) -> Set<Int> {
    var set: Set<Int> = []
    for range in list.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
      let ends = range.split(separator: "-").compactMap { Int($0) }
      if let first = ends.first, let last = ends.last { set.formUnion(first...last) }
    }
    return set
  }

  /// The words of the first `flags` line of /proc/cpuinfo.
  private static func cpuFlags() -> Set<Substring> {
    Set(firstLine(of: "/proc/cpuinfo", beginningWith: "flags")?.split(whereSeparator: \.isWhitespace) ?? [])
  }

  private static func firstLine(of path: String, beginningWith prefix: String) -> String? {
    guard let file = fopen(path, "r") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 16_384)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      if text.hasPrefix(prefix) { return text }
    }
    return nil
  }
}
