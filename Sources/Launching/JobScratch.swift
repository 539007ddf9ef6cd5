import Glibc
import Platform

/// Folders of one job for what Open MPI leaves behind where it is killed: segments of shared memory and its own files.
///
/// Every process of the job holds a lock in them, which the kernel releases when the process ends, however it ends. So a
/// folder whose lock nobody holds is left over, and whoever comes next on that machine removes it.
///
/// `@unchecked Sendable`: the descriptors are written by `init` and `leave` only, which one thread calls.
public final class JobScratch: @unchecked Sendable {
  private static let lockName = "lock"
  /// The settings that tell ranks the folders, too: mpirun hands them on in the environment.
  private static let settings = ["btl_vader_backing_directory", "osc_sm_backing_directory", "orte_tmpdir_base"]

  /// For shared memory, and for other files.
  private let folders: [String]
  private var locks: [Int32] = []

  /// Makes the folders of a new job on this machine. `number` tells the jobs of one process apart.
  public init(number: Int) throws(LaunchError) {
    let name = "\(Self.prefix)\(HostName.current())-\(getpid())-\(number)"
    folders = ["/dev/shm/\(name)", "\(Self.temporaryFolder)/\(name)"]
    Self.sweep()
    try enter()
  }

  /// The folders of the job that this process is a rank of; `nil` where the launcher has not made any.
  public init?(ofRankIn environment: [String: String]) throws(LaunchError) {
    let known = ["OMPI_MCA_\(Self.settings[0])", "OMPI_MCA_\(Self.settings[2])"].compactMap { environment[$0] }
    folders = known.filter { $0.split(separator: "/").last?.hasPrefix(Self.prefix) ?? false }
    guard !folders.isEmpty else { return nil }
    Self.sweep()
    try enter()
  }

  /// What mpirun is told.
  var settings: [LaunchRequest.Setting] {
    zip(Self.settings, [folders[0], folders[0], folders[1]]).map { LaunchRequest.Setting($0, $1) }
  }

  /// The process needs the folders no more: the last one of the job on this machine removes them, and what others left.
  public func leave() {
    loseLocks()
    Self.sweep()
  }

  /// What the kernel does when the process is killed.
  func loseLocks() {
    for lock in locks { close(lock) }
    locks = []
  }

  // MARK: - Folders and locks

  private static var prefix: String { "revoada-\(geteuid())-" }

  private static var temporaryFolder: String {
    getenv("TMPDIR").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 } ?? "/tmp"
  }

  private func enter() throws(LaunchError) {
    for folder in folders {
      guard let lock = Self.enter(folder) else { throw .system("cannot make the folder \(folder)", code: errno) }
      locks.append(lock)
    }
  }

  /// Makes the folder unless it is there, and locks it against removal; somebody may remove it in between.
  private static func enter(_ folder: String) -> Int32? {
    for _ in 0..<100 {
      guard mkdir(folder, 0o700) == 0 || errno == EEXIST else { return nil }
      guard isOwn(folder) else {
        errno = EACCES
        return nil
      }
      let lock = open("\(folder)/\(lockName)", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
      guard lock >= 0 else {
        if errno == ENOENT { continue }
        return nil
      }
      var status = stat()
      if flock(lock, LOCK_SH) == 0, fstat(lock, &status) == 0, status.st_nlink > 0 { return lock }
      close(lock)
    }
    return nil
  }

  /// In a folder that everybody may write to, somebody else may have made it first.
  private static func isOwn(_ folder: String) -> Bool {
    var status = stat()
    guard lstat(folder, &status) == 0 else { return errno == ENOENT }
    return status.st_mode & S_IFMT == S_IFDIR && status.st_uid == geteuid()
  }

  /// Removes what jobs of this user have left behind on this machine.
  public static func sweep() {
    for folder in known { removeIfAbandoned(folder) }
  }

  /// Sweeps until nothing is left of jobs that `host` started, for some seconds at most: their last processes may still be
  /// ending.
  public static func sweep(after host: String) {
    for _ in 0..<20 {
      sweep()
      guard known.contains(where: { $0.contains("/\(prefix)\(host)-") }) else { return }
      usleep(500_000)
    }
  }

  /// The folders of all jobs of this user on this machine.
  private static var known: [String] {
    ["/dev/shm", temporaryFolder].flatMap { parent in
      names(in: parent).filter { $0.hasPrefix(prefix) }.map { "\(parent)/\($0)" }
    }
  }

  private static func removeIfAbandoned(_ folder: String) {
    let lock = open("\(folder)/\(lockName)", O_RDWR | O_CLOEXEC | O_NOFOLLOW)
    guard lock >= 0 else {
      // Open MPI's daemon makes it before the first rank locks it.
      if errno == ENOENT, age(of: folder) > 60 { remove(folder) }
      return
    }
    defer { close(lock) }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { return }
    remove(folder, last: lockName)
  }

  /// Removes a folder with all that is in it, one file after all others; what cannot be removed stays.
  private static func remove(_ folder: String, last: String? = nil) {
    for name in names(in: folder) where name != last {
      let path = "\(folder)/\(name)"
      if unlink(path) != 0 { remove(path) }
    }
    if let last { unlink("\(folder)/\(last)") }
    rmdir(folder)
  }

  /// Seconds since something was made or removed in it.
  private static func age(of folder: String) -> Int {
    var status = stat()
    return stat(folder, &status) == 0 ? time(nil) - status.st_mtim.tv_sec : 0
  }

  /// What is in a folder; nothing where it cannot be read.
  static func names(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
    return names
  }
}
