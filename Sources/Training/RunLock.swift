import Failures
import Files
import Glibc

/// Another process works in a run's folder, and has not ended.
struct RunInUse: UserFacingError, Equatable {
  let directory: String
  /// `process 123 on node7`; empty where that is not known.
  let holder: String

  var exitStatus: ExitStatus { .temporary }
  var message: String { "another run works in \(directory)\(holder.isEmpty ? "" : ": \(holder)")" }
  var remedy: String? { "Wait until it has ended, or end it; or choose another folder with --run." }
}

/// How long a run waits for what others do, in seconds.
public struct RunPatience: Sendable {
  /// For a run in the same folder to end. What is left of a job whose launcher died saves first.
  public var lock: Double
  /// For a file that rank 0 has made to be seen by the others: a network's file systems are late at times.
  public var sharedFolder: Double

  public init(lock: Double = 15, sharedFolder: Double = 2) {
    self.lock = lock
    self.sharedFolder = sharedFolder
  }
}

extension RunEnvironment {
  /// File systems without locks answer so.
  private static let withoutLocks = [ENOSYS, EOPNOTSUPP, ENOLCK]

  /// The lock on an existing run's folder, without which nothing in it is read or written: two runs in one folder would
  /// take each other's checkpoints away.
  ///
  /// - Returns: `nil` where the disk has no locks.
  func lock(_ directory: RunDirectory, waiting seconds: Double) throws -> FileLock? {
    var hasTold = false
    do throws(FileSystemError) {
      let lock = try FileLock.waiting(seconds, for: directory.lock) {
        if !hasTold { display.note("waits for another run in \(directory.path) to end") }
        hasTold = true
        pulse.beat()
      }
      if let lock { return lock }
    } catch {
      guard error.call == "lock", Self.withoutLocks.contains(error.code) else { throw error }
      display.note("\(error.message): see to it that no other run uses the folder")
      return nil
    }
    throw RunInUse(
      directory: directory.path, holder: try FileLock.holder(of: directory.lock, in: fileSystem))
  }

  /// Makes a run's folder that was not there when this run began, and locks it. What another run has put there since then
  /// this one has not seen.
  func makeDirectory(_ directory: RunDirectory) throws -> FileLock? {
    guard try !fileSystem.exists(directory.path) else { throw RunInUse(directory: directory.path, holder: "") }
    try fileSystem.createDirectoryAndParents(directory.path, isPrivate: true)
    return try lock(directory, waiting: 0)
  }
}
