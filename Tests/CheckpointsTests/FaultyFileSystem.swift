import Checkpoints
import Files
import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The local file system with one operation that goes wrong, and a record of what a power cut would take away.
///
/// Synchronizing only changes the record: the tests would spend nearly all of their time waiting for the disk.
final class FaultyFileSystem: FileSystem {
  enum Fault: CaseIterable {
    /// The operation fails and does nothing; everything after it works.
    case failsOnce
    /// The operation fails and does nothing, and so does everything after it: the process died just before.
    case endsBefore
    /// The operation is done, half of it if it is a write, but reported as failed, and everything after it fails:
    /// the process died in the middle or just behind.
    case endsBehind
  }

  struct State {
    var operations = 0
    var faultIsDue = false
    /// Files and directories with changes that were not synchronized.
    var unsynchronized: Set<String> = []
    /// What was unsynchronized in a folder when it was given its final name.
    var renamedUnsynchronized: Set<String> = []
    /// Old checkpoints that were given up while the directory, with the new one's name, was unsynchronized.
    var givenUpEarly: Set<String> = []
  }

  let fault: Fault
  let faultyOperation: Int
  let code: Int32
  let local = LocalFileSystem()
  let state = Mutex(State())

  /// The operation number `faultyOperation`, counted from 1, goes wrong; 0 for none.
  init(fault: Fault = .failsOnce, at faultyOperation: Int, code: Int32 = EIO) {
    self.fault = fault
    self.faultyOperation = faultyOperation
    self.code = code
  }

  var faultHappened: Bool { state.withLock { faultyOperation > 0 && $0.operations >= faultyOperation } }

  /// Counts an operation, and runs `body`, a part of it, or nothing.
  func perform<Result>(
    _ call: String, _ path: String, partly: () throws(FileSystemError) -> Void = {},
    _ body: () throws(FileSystemError) -> Result
  ) throws(FileSystemError) -> Result {
    let number = state.withLock { state in
      state.operations += 1
      return state.operations
    }
    let failure = FileSystemError(call: call, path: path, code: code, purpose: .writing)
    if number == faultyOperation {
      if fault == .endsBehind {
        if call == "write" { try partly() } else { _ = try body() }
      }
      throw failure
    }
    if faultyOperation > 0 && number > faultyOperation && fault != .failsOnce { throw failure }
    return try body()
  }

  func changed(_ path: String) { state.withLock { _ = $0.unsynchronized.insert(path) } }

  func synchronized(_ path: String) { state.withLock { _ = $0.unsynchronized.remove(path) } }

  func createDirectory(_ path: String, isPrivate: Bool) throws(FileSystemError) {
    try perform("mkdir", path) { () throws(FileSystemError) in
      try local.createDirectory(path, isPrivate: isPrivate)
    }
    changed(parent(path))
  }

  func createFile(_ path: String) throws(FileSystemError) -> any WritableFile {
    let file = try perform("open", path) { () throws(FileSystemError) in try local.createFile(path) }
    changed(parent(path))
    changed(path)
    return FaultyWritableFile(file: file, path: path, fileSystem: self)
  }

  func openFile(_ path: String) throws(FileSystemError) -> any ReadableFile {
    try perform("open", path) { () throws(FileSystemError) in try local.openFile(path) }
  }

  func createLink(_ path: String, to target: String) throws(FileSystemError) {
    try perform("symlink", path) { () throws(FileSystemError) in try local.createLink(path, to: target) }
    changed(parent(path))
  }

  func freeByteCount(_ path: String) throws(FileSystemError) -> Int {
    try perform("statvfs", path) { () throws(FileSystemError) in try local.freeByteCount(path) }
  }

  func rename(_ path: String, to newPath: String) throws(FileSystemError) {
    try perform("rename", path) { () throws(FileSystemError) in try local.rename(path, to: newPath) }
    state.withLock { state in
      let moved = state.unsynchronized.filter { $0 == path || $0.hasPrefix(path + "/") }
      state.unsynchronized.subtract(moved)
      if !newPath.hasSuffix(".partial") {
        state.renamedUnsynchronized.formUnion(moved)
      } else if state.unsynchronized.contains(parent(path)) {
        state.givenUpEarly.insert(path)
      }
    }
    changed(parent(newPath))
  }

  func synchronizeDirectory(_ path: String) throws(FileSystemError) {
    try perform("fsync", path) {}
    synchronized(path)
  }

  func list(_ path: String) throws(FileSystemError) -> [String] {
    try perform("list", path) { () throws(FileSystemError) in try local.list(path) }
  }

  func exists(_ path: String) throws(FileSystemError) -> Bool {
    try perform("stat", path) { () throws(FileSystemError) in try local.exists(path) }
  }

  func removeFile(_ path: String) throws(FileSystemError) {
    try perform("unlink", path) { () throws(FileSystemError) in try local.removeFile(path) }
    synchronized(path)
  }

  func removeDirectory(_ path: String) throws(FileSystemError) {
    try perform("rmdir", path) { () throws(FileSystemError) in try local.removeDirectory(path) }
    synchronized(path)
    changed(parent(path))
  }

  private func parent(_ path: String) -> String { String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) }
}

private final class FaultyWritableFile: WritableFile {
  let file: any WritableFile
  let path: String
  let fileSystem: FaultyFileSystem

  init(file: any WritableFile, path: String, fileSystem: FaultyFileSystem) {
    self.file = file
    self.path = path
    self.fileSystem = fileSystem
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(FileSystemError) {
    let half = UnsafeRawBufferPointer(rebasing: bytes[..<(bytes.count / 2)])
    try fileSystem.perform(
      "write", path, partly: { () throws(FileSystemError) in try file.write(half) },
      { () throws(FileSystemError) in try file.write(bytes) })
    fileSystem.changed(path)
  }

  func synchronize() throws(FileSystemError) {
    try fileSystem.perform("fsync", path) {}
    fileSystem.synchronized(path)
  }

  func close() throws(FileSystemError) {
    try fileSystem.perform("close", path) { () throws(FileSystemError) in try file.close() }
  }
}
