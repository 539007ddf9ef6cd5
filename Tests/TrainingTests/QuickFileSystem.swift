import Checkpoints
import Files
import Glibc
import Synchronization

/// The local file system without the waits for the disk, and with room for a number of writes only.
final class QuickFileSystem: FileSystem {
  private let local = LocalFileSystem()
  private let room: Int
  private let written = Atomic(0)

  /// - Parameter writes: how many writes succeed; every later one finds the disk full.
  init(roomForWrites writes: Int = .max) { room = writes }

  /// The writes that were tried.
  var writes: Int { written.load(ordering: .relaxed) }

  fileprivate func takeRoom(for path: String) throws(FileSystemError) {
    guard written.add(1, ordering: .relaxed).oldValue < room else {
      throw FileSystemError(call: "write", path: path, code: ENOSPC, purpose: .writing)
    }
  }

  func createFile(_ path: String) throws(FileSystemError) -> any WritableFile {
    QuickFile(file: try local.createFile(path), path: path, fileSystem: self)
  }

  func synchronizeDirectory(_ path: String) {}

  func createDirectory(_ path: String, isPrivate: Bool) throws(FileSystemError) {
    try local.createDirectory(path, isPrivate: isPrivate)
  }
  func createLink(_ path: String, to target: String) throws(FileSystemError) {
    try local.createLink(path, to: target)
  }
  func freeByteCount(_ path: String) throws(FileSystemError) -> Int { try local.freeByteCount(path) }
  func openFile(_ path: String) throws(FileSystemError) -> any ReadableFile { try local.openFile(path) }
  func rename(_ path: String, to newPath: String) throws(FileSystemError) { try local.rename(path, to: newPath) }
  func list(_ path: String) throws(FileSystemError) -> [String] { try local.list(path) }
  func exists(_ path: String) throws(FileSystemError) -> Bool { try local.exists(path) }
  func removeFile(_ path: String) throws(FileSystemError) { try local.removeFile(path) }
  func removeDirectory(_ path: String) throws(FileSystemError) { try local.removeDirectory(path) }
}

private final class QuickFile: WritableFile {
  let file: any WritableFile
  let path: String
  let fileSystem: QuickFileSystem

  init(file: any WritableFile, path: String, fileSystem: QuickFileSystem) {
    self.file = file
    self.path = path
    self.fileSystem = fileSystem
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(FileSystemError) {
    try fileSystem.takeRoom(for: path)
    try file.write(bytes)
  }

  func synchronize() {}

  func close() throws(FileSystemError) { try file.close() }
}
