import Files
import Synchronization

/// Notes which calls come while nobody holds a lock.
final class LockWatchingFileSystem: FileSystem {
  private let base = QuickFileSystem()
  private let lock: String
  private let folder: String
  private let state = Mutex<(looks: Int, unlocked: [String])>((0, []))

  /// - Parameter folder: what the paths begin with that are watched.
  init(lock: String, under folder: String) { (self.lock, self.folder) = (lock, folder) }

  var looks: Int { state.withLock { $0.looks } }
  var unlocked: [String] { state.withLock { $0.unlocked } }

  private func look(_ path: String) throws(FileSystemError) {
    guard path.hasPrefix(folder), path != lock else { return }
    let isFree = try FileLock(lock) != nil
    state.withLock { state in
      state.looks += 1
      if isFree { state.unlocked.append(path) }
    }
  }

  func createDirectory(_ path: String, isPrivate: Bool) throws(FileSystemError) {
    try look(path)
    try base.createDirectory(path, isPrivate: isPrivate)
  }

  func createFile(_ path: String) throws(FileSystemError) -> any WritableFile {
    try look(path)
    return try base.createFile(path)
  }

  func openFile(_ path: String) throws(FileSystemError) -> any ReadableFile {
    try look(path)
    return try base.openFile(path)
  }

  func createLink(_ path: String, to target: String) throws(FileSystemError) {
    try look(path)
    try base.createLink(path, to: target)
  }

  func rename(_ path: String, to newPath: String) throws(FileSystemError) {
    try look(path)
    try base.rename(path, to: newPath)
  }

  func list(_ path: String) throws(FileSystemError) -> [String] {
    try look(path)
    return try base.list(path)
  }

  func exists(_ path: String) throws(FileSystemError) -> Bool {
    try look(path)
    return try base.exists(path)
  }

  func removeFile(_ path: String) throws(FileSystemError) {
    try look(path)
    try base.removeFile(path)
  }

  func removeDirectory(_ path: String) throws(FileSystemError) {
    try look(path)
    try base.removeDirectory(path)
  }

  func synchronizeDirectory(_ path: String) throws(FileSystemError) { try look(path) }

  func freeByteCount(_ path: String) throws(FileSystemError) -> Int { try base.freeByteCount(path) }
}
