import Platform

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The exclusive right to something, which lies in a lock on a file. It ends with this value or with the process, however
/// that ends.
///
/// Two of them exclude each other within one process, too. The file stays when the lock is gone: by removing it two
/// processes could come to lock two files of the same name.
public final class FileLock {
  /// Between two looks whether a lock has become free, in microseconds.
  private static let pause: UInt32 = 20_000

  private let descriptor: Int32

  /// Takes the lock; `nil` where another holds it.
  public init?(_ path: String) throws(FileSystemError) {
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw FileSystemError(call: "open", path: path, code: errno, purpose: .writing) }
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      if errno == EINTR { continue }
      if errno == EWOULDBLOCK { return nil }
      throw FileSystemError(call: "lock", path: path, code: errno, purpose: .writing)
    }
    sign()
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Tries for so many seconds; `nil` where another holds it for longer.
  ///
  /// - Parameter pause: called before each further look.
  public static func waiting(
    _ seconds: Double, for path: String, whileWaiting pause: () -> Void
  ) throws(FileSystemError) -> FileLock? {
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    while true {
      if let lock = try FileLock(path) { return lock }
      if clock.now >= end { return nil }
      pause()
      usleep(Self.pause)
    }
  }

  /// Who holds a lock, or held it last, in words: `process 123 on node7`; empty where that is not known.
  public static func holder(of path: String, in fileSystem: any FileSystem) throws(FileSystemError) -> String {
    let file = try fileSystem.openFile(path)
    return String(decoding: try file.bytes(in: 0..<min(file.byteCount, 200)), as: UTF8.self)
  }

  /// Writes down who holds it. Only people read that: on a full disk the lock holds without.
  private func sign() {
    let text = "process \(getpid()) on \(HostName.current())"
    ftruncate(descriptor, 0)
    _ = pwrite(descriptor, text, text.utf8.count, 0)
  }
}
