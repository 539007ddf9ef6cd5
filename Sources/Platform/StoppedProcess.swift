#if canImport(Glibc)
  import Glibc
#endif

/// What a signal has stopped.
public enum StoppedProcess {
  /// Lets a process go on where a signal has stopped it; one that a debugger holds is left to it.
  public static func wake(_ process: pid_t) {
    if state(of: process) == "T" { kill(process, SIGCONT) }
  }

  /// The letter in `/proc/PID/stat` behind the name, which may itself hold anything: `12 (a) b) S 1 ...`.
  private static func state(of process: pid_t) -> Character? {
    guard let file = fopen("/proc/\(process)/stat", "re") else { return nil }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 128)
    guard fgets(&line, Int32(line.count), file) != nil else { return nil }
    let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    guard let end = text.lastIndex(of: ")") else { return nil }
    return text[end...].dropFirst(2).first
  }
}
