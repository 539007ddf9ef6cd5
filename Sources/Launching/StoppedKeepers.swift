import Glibc
import Platform

/// Keepers that were stopped when their launcher was dead already: nobody wakes those but whoever comes next.
public enum StoppedKeepers {
  /// Wakes those of this user on this machine; each then ends what it keeps.
  public static func wake() {
    for process in JobScratch.names(in: "/proc").compactMap({ pid_t($0) }) where isKeeper(process) {
      StoppedProcess.wake(process)
    }
  }

  /// `.../revoada keep ...`
  private static func isKeeper(_ process: pid_t) -> Bool {
    guard let file = fopen("/proc/\(process)/cmdline", "re") else { return false }
    defer { fclose(file) }
    var line = [UInt8](repeating: 0, count: 4096)
    let length = fread(&line, 1, line.count, file)
    let words = line.prefix(length).split(separator: 0).prefix(2)
    return words.count == 2 && words[0].suffix(8).elementsEqual("/revoada".utf8) && words[1].elementsEqual("keep".utf8)
  }
}
