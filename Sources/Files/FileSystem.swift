/// The few calls that saving and loading a checkpoint make.
///
/// They are a protocol so that tests can let any one of them fail. Each call either does what it says or throws a
/// ``FileSystemError`` with the call's name; none retries or hides a failure.
public protocol FileSystem: Sendable {
  /// Creates one directory; its parent must exist and it must not.
  ///
  /// - Parameter isPrivate: whether its owner alone may look into it, however generous the umask is.
  func createDirectory(_ path: String, isPrivate: Bool) throws(FileSystemError)

  /// Creates an empty file, or empties the one that is there.
  func createFile(_ path: String) throws(FileSystemError) -> any WritableFile

  func openFile(_ path: String) throws(FileSystemError) -> any ReadableFile

  /// Makes `path` another name for what is, or will be, at `target`.
  func createLink(_ path: String, to target: String) throws(FileSystemError)

  /// Gives a file or a directory another name on the same disk, in one step that nobody sees half done.
  func rename(_ path: String, to newPath: String) throws(FileSystemError)

  /// Waits until the directory's entries (what was created, renamed or removed in it) would survive a power cut.
  func synchronizeDirectory(_ path: String) throws(FileSystemError)

  /// The names in a directory without `.` and `..`, sorted.
  func list(_ path: String) throws(FileSystemError) -> [String]

  func exists(_ path: String) throws(FileSystemError) -> Bool

  func removeFile(_ path: String) throws(FileSystemError)

  /// Removes an empty directory.
  func removeDirectory(_ path: String) throws(FileSystemError)

  /// The bytes that this user may still write on the disk of `path`.
  func freeByteCount(_ path: String) throws(FileSystemError) -> Int
}

/// A file being written from its start to its end. One that is dropped without ``close()`` is closed silently.
public protocol WritableFile: AnyObject {
  /// Writes all of `bytes` behind what was written before.
  func write(_ bytes: UnsafeRawBufferPointer) throws(FileSystemError)

  /// Waits until everything written would survive a power cut.
  func synchronize() throws(FileSystemError)

  func close() throws(FileSystemError)
}

/// An open file; it stays readable when it is renamed or removed.
public protocol ReadableFile: AnyObject, Sendable {
  var path: String { get }

  /// The size in bytes when the file was opened.
  var byteCount: Int { get }

  /// Fills `buffer` with the bytes from `offset` on; a file that ends before the buffer is full is an error.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileSystemError)
}

extension ReadableFile {
  /// The bytes of `range`.
  public func bytes(in range: Range<Int>) throws(FileSystemError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: range.count)
    var failure: FileSystemError?
    bytes.withUnsafeMutableBytes { buffer in
      do throws(FileSystemError) { try read(into: buffer, at: range.lowerBound) } catch { failure = error }
    }
    if let failure { throw failure }
    return bytes
  }
}

extension FileSystem {
  /// Creates one directory that others may see as far as the umask lets them.
  public func createDirectory(_ path: String) throws(FileSystemError) {
    try createDirectory(path, isPrivate: false)
  }

  /// Creates a directory with the parents it lacks, so that they survive a power cut; one that exists is left as it is.
  ///
  /// - Parameter isPrivate: whether the directory itself, not the parents, is its owner's alone.
  public func createDirectoryAndParents(_ path: String, isPrivate: Bool = false) throws(FileSystemError) {
    if try exists(path) { return }
    let parent = parentDirectory(of: path)
    try createDirectoryAndParents(parent)
    try createDirectory(path, isPrivate: isPrivate)
    try synchronizeDirectory(parent)
  }

  /// Copies a file as it is, piece by piece, and waits until the copy would survive a power cut.
  public func copyFile(_ source: String, to target: String) throws(FileSystemError) {
    let (from, to) = (try openFile(source), try createFile(target))
    for start in stride(from: 0, to: from.byteCount, by: 1 << 20) {
      let piece = try from.bytes(in: start..<min(start + (1 << 20), from.byteCount))
      // The array's function does not hand on typed errors.
      let outcome = piece.withUnsafeBytes { bytes in
        Result { () throws(FileSystemError) in try to.write(bytes) }
      }
      try outcome.get()
    }
    try to.synchronize()
    try to.close()
  }

  /// Removes a directory and the files in it, if it is there.
  public func removeDirectoryAndFiles(_ path: String) throws(FileSystemError) {
    guard try exists(path) else { return }
    for name in try list(path) { try removeFile("\(path)/\(name)") }
    try removeDirectory(path)
  }
}

/// Whether a name from a file's content is that of a file in the same folder: a path could lead out of it.
public func isPlainFileName(_ name: String) -> Bool {
  !name.isEmpty && name != "." && name != ".." && !name.utf8.contains { $0 == UInt8(ascii: "/") || $0 == 0 }
}

/// `path` without its last component: `a/b` gives `a`, `a` gives `.`, `/a` gives `/`.
public func parentDirectory(of path: String) -> String {
  guard let slash = path.lastIndex(of: "/") else { return "." }
  return slash == path.startIndex ? "/" : String(path[..<slash])
}
