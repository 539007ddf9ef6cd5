import Files
import Glibc
import Synchronization

/// The local file system with one operation that goes wrong in a way that its caller may not notice, among those by
/// which a checkpoint comes to be: mkdir, open for writing, write, fsync, close, rename.
///
/// Synchronizing is only noted: until then a power cut takes away what was written to a file.
final class UnreliableFileSystem: FileSystem {
  enum Fault: CaseIterable {
    /// Claims success and does nothing.
    case lost
    /// Claims success and does half of it.
    case torn
    /// Claims success and is done when three more operations are.
    case delayed
    /// The disk's error.
    case inputOutputError
    case noSpace
  }

  enum Ending: CaseIterable {
    /// The process dies right behind the fault.
    case dies
    /// It lives on.
    case livesOn
    /// It lives on, and when it has ended the power fails.
    case powerFails
  }

  private struct State {
    /// The calls so far.
    var calls: [String] = []
    var isDead = false
    var late: [(due: Int, work: @Sendable () -> Void)] = []
    var files: [UnreliableFile] = []
  }

  private let local = LocalFileSystem()
  private let fault: Fault
  private let place: Int
  private let ending: Ending
  private let isWatched: @Sendable (String) -> Bool
  private let state = Mutex(State())

  /// - Parameters:
  ///   - place: the number of the operation that goes wrong, from 1; 0 for none.
  ///   - isWatched: of which paths the operations count.
  init(
    _ fault: Fault, at place: Int, _ ending: Ending,
    where isWatched: @escaping @Sendable (String) -> Bool = { _ in true }
  ) {
    (self.fault, self.place, self.ending, self.isWatched) = (fault, place, ending, isWatched)
  }

  /// The operations that were counted, in their order.
  var calls: [String] { state.withLock { $0.calls } }

  /// What comes late happens at last; then, where the power fails, what was not synchronized goes.
  func end() {
    let (late, files) = state.withLock { state in
      defer { (state.late, state.files) = ([], []) }
      return (state.late, state.files)
    }
    for (_, work) in late { work() }
    if ending == .powerFails { for file in files { file.losePower() } }
  }

  private enum Course {
    case wholly, half, not, later
  }

  /// Counts an operation and says how it is done.
  private func course(_ call: String, _ path: String) throws(FileSystemError) -> Course {
    guard isWatched(path) else {
      try live(call, path)
      return .wholly
    }
    let (number, isDead, due) = state.withLock { state in
      if !state.isDead { state.calls.append(call) }
      let number = state.calls.count
      let due = state.late.filter { $0.due < number }
      state.late.removeAll { $0.due < number }
      let isDead = state.isDead
      if number == place && ending == .dies { state.isDead = true }
      return (number, isDead, due)
    }
    for (_, work) in due { work() }
    if isDead { throw FileSystemError(call: call, path: path, code: EIO, purpose: .writing) }
    guard number == place else { return .wholly }
    switch fault {
    case .lost: return .not
    case .torn: return .half
    case .delayed: return .later
    case .inputOutputError: throw FileSystemError(call: call, path: path, code: EIO, purpose: .writing)
    case .noSpace: throw FileSystemError(call: call, path: path, code: ENOSPC, purpose: .writing)
    }
  }

  private func live(_ call: String, _ path: String) throws(FileSystemError) {
    if state.withLock({ $0.isDead }) { throw FileSystemError(call: call, path: path, code: EIO, purpose: .writing) }
  }

  fileprivate func perform(
    _ call: String, _ path: String, half: @Sendable () -> Void = {},
    _ body: @escaping @Sendable () throws(FileSystemError) -> Void
  ) throws(FileSystemError) {
    switch try course(call, path) {
    case .wholly: try body()
    case .half: half()
    case .not: break
    case .later:
      state.withLock { state in
        // What it needs may be gone by then.
        state.late.append((state.calls.count + 3, { do { try body() } catch { return } }))
      }
    }
  }

  func createDirectory(_ path: String, isPrivate: Bool) throws(FileSystemError) {
    let local = local
    let cutShort = String(path.dropLast())
    try perform("mkdir", path, half: { mkdir(cutShort, 0o777) }) { () throws(FileSystemError) in
      try local.createDirectory(path, isPrivate: isPrivate)
    }
  }

  func createFile(_ path: String) throws(FileSystemError) -> any WritableFile {
    let file = UnreliableFile(path: path)
    // Half of it: the file is there, but nothing comes to be in it.
    try perform("open", path, half: { close(open(path, O_WRONLY | O_CREAT, 0o666)) }) { () throws(FileSystemError) in
      guard file.open() else { throw FileSystemError(call: "open", path: path, code: errno, purpose: .writing) }
    }
    state.withLock { $0.files.append(file) }
    return UnreliableHandle(file: file, fileSystem: self)
  }

  /// Half of it: the old name is gone, and the new one is not there.
  func rename(_ path: String, to newPath: String) throws(FileSystemError) {
    let local = local
    try perform("rename", path, half: { _ = Glibc.rename(path, path + ".nowhere") }) { () throws(FileSystemError) in
      try local.rename(path, to: newPath)
    }
  }

  func synchronizeDirectory(_ path: String) throws(FileSystemError) {
    try perform("fsync", path) { () throws(FileSystemError) in }
  }

  func openFile(_ path: String) throws(FileSystemError) -> any ReadableFile {
    try live("open", path)
    return try local.openFile(path)
  }
  func createLink(_ path: String, to target: String) throws(FileSystemError) {
    try live("symlink", path)
    try local.createLink(path, to: target)
  }
  func list(_ path: String) throws(FileSystemError) -> [String] {
    try live("list", path)
    return try local.list(path)
  }
  func exists(_ path: String) throws(FileSystemError) -> Bool {
    try live("stat", path)
    return try local.exists(path)
  }
  func removeFile(_ path: String) throws(FileSystemError) {
    try live("unlink", path)
    try local.removeFile(path)
  }
  func removeDirectory(_ path: String) throws(FileSystemError) {
    try live("rmdir", path)
    try local.removeDirectory(path)
  }
  func freeByteCount(_ path: String) throws(FileSystemError) -> Int { try local.freeByteCount(path) }
}

/// A file whose bytes keep their places, whenever they come.
private final class UnreliableFile: Sendable {
  private struct State {
    var descriptor: Int32 = -1
    /// What was written before the file was opened, because that comes late.
    var early: [(bytes: [UInt8], offset: Int)] = []
    var end = 0
    var synchronized = 0
  }

  let path: String
  private let state = Mutex(State())

  init(path: String) { self.path = path }

  deinit { state.withLock { if $0.descriptor >= 0 { close($0.descriptor) } } }

  func open() -> Bool {
    state.withLock { state in
      state.descriptor = Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
      guard state.descriptor >= 0 else { return false }
      for (bytes, offset) in state.early { pwrite(state.descriptor, bytes, bytes.count, off_t(offset)) }
      return true
    }
  }

  /// The place of the next bytes.
  func reserve(_ count: Int) -> Int {
    state.withLock { state in
      defer { state.end += count }
      return state.end
    }
  }

  func write(_ bytes: [UInt8], at offset: Int) {
    state.withLock { state in
      if state.descriptor >= 0 {
        pwrite(state.descriptor, bytes, bytes.count, off_t(offset))
      } else {
        state.early.append((bytes, offset))
      }
    }
  }

  func synchronize(half: Bool = false) {
    state.withLock { $0.synchronized = half ? $0.end / 2 : $0.end }
  }

  func losePower() {
    state.withLock { state in
      if state.descriptor >= 0 && state.synchronized < state.end {
        ftruncate(state.descriptor, off_t(state.synchronized))
      }
    }
  }
}

private final class UnreliableHandle: WritableFile {
  private let file: UnreliableFile
  private let fileSystem: UnreliableFileSystem

  init(file: UnreliableFile, fileSystem: UnreliableFileSystem) { (self.file, self.fileSystem) = (file, fileSystem) }

  func write(_ bytes: UnsafeRawBufferPointer) throws(FileSystemError) {
    let (copy, file, offset) = (Array(bytes), file, file.reserve(bytes.count))
    try fileSystem.perform(
      "write", file.path, half: { file.write(Array(copy.prefix(copy.count / 2)), at: offset) },
      { () throws(FileSystemError) in file.write(copy, at: offset) })
  }

  func synchronize() throws(FileSystemError) {
    let file = file
    try fileSystem.perform("fsync", file.path, half: { file.synchronize(half: true) }) { () throws(FileSystemError) in
      file.synchronize()
    }
  }

  /// The descriptor stays until nobody has the file any more: a power cut may need it.
  func close() throws(FileSystemError) {
    try fileSystem.perform("close", file.path) { () throws(FileSystemError) in }
  }
}
