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

  /// The processors this process may run on (its CPU affinity), as mpirun, Slurm or taskset left it.
  public static func affinity() -> Set<Int> {
    var mask = cpu_set_t()
    guard sched_getaffinity(0, MemoryLayout<cpu_set_t>.size, &mask) == 0 else { return [0] }
    return withUnsafeBytes(of: mask) { bytes in
      Set((0..<bytes.count * 8).filter { bytes[$0 / 8] >> ($0 % 8) & 1 == 1 })
    }
  }

  /// The words of the first `flags` line of /proc/cpuinfo.
  private static func cpuFlags() -> Set<Substring> {
    guard let file = fopen("/proc/cpuinfo", "r") else { return [] }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 16_384)
    while fgets(&line, Int32(line.count), file) != nil {
      let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
      if text.hasPrefix("flags") { return Set(text.split(whereSeparator: \.isWhitespace)) }
    }
    return []
  }
}
