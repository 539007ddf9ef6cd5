#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The file system of this machine, by POSIX calls.
public struct LocalFileSystem: FileSystem {
  public init() {}

  public func createDirectory(_ path: String, isPrivate: Bool) throws(FileSystemError) {
    try check(mkdir(path, isPrivate ? 0o700 : 0o777), "mkdir", path, .writing)
  }

  public func createFile(_ path: String) throws(FileSystemError) -> any WritableFile {
    let descriptor = retrying { open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666) }
    try check(descriptor, "open", path, .writing)
    return LocalWritableFile(descriptor: descriptor, path: path)
  }

  public func openFile(_ path: String) throws(FileSystemError) -> any ReadableFile {
    // A pipe that nobody writes to must not keep us waiting, nor may a device be taken for a file.
    let descriptor = retrying { open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    try check(descriptor, "open", path, .reading)
    var status = stat()
    let result = fstat(descriptor, &status)
    let kind = status.st_mode & S_IFMT
    guard result == 0, kind == S_IFREG || kind == S_IFDIR else {
      let code = result == 0 ? ESPIPE : errno
      close(descriptor)
      throw FileSystemError(call: result == 0 ? "read" : "stat", path: path, code: code, purpose: .reading)
    }
    return LocalReadableFile(descriptor: descriptor, path: path, byteCount: Int(status.st_size))
  }

  public func createLink(_ path: String, to target: String) throws(FileSystemError) {
    try check(symlink(target, path), "symlink", path, .writing)
  }

  public func rename(_ path: String, to newPath: String) throws(FileSystemError) {
    #if canImport(Glibc)
      let result = Glibc.rename(path, newPath)
    #else
      let result = Darwin.rename(path, newPath)
    #endif
    try check(result, "rename", path, .writing)
  }

  public func synchronizeDirectory(_ path: String) throws(FileSystemError) {
    let descriptor = retrying { open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    try check(descriptor, "open", path, .writing)
    defer { close(descriptor) }
    try check(retrying { fsync(descriptor) }, "fsync", path, .writing)
  }

  public func list(_ path: String) throws(FileSystemError) -> [String] {
    guard let directory = opendir(path) else {
      throw FileSystemError(call: "open", path: path, code: errno, purpose: .reading)
    }
    defer { closedir(directory) }
    var names: [String] = []
    errno = 0  // readdir returns nil both at the end and on failure; only errno tells them apart.
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) { field in
        field.withMemoryRebound(to: CChar.self, capacity: 1) { String(cString: $0) }
      }
      if name != "." && name != ".." { names.append(name) }
      errno = 0
    }
    guard errno == 0 else { throw FileSystemError(call: "list", path: path, code: errno, purpose: .reading) }
    return names.sorted()
  }

  public func exists(_ path: String) throws(FileSystemError) -> Bool {
    var status = stat()
    if stat(path, &status) == 0 { return true }
    let code = errno
    if code == ENOENT || code == ENOTDIR { return false }
    throw FileSystemError(call: "stat", path: path, code: code, purpose: .reading)
  }

  public func removeFile(_ path: String) throws(FileSystemError) {
    try check(unlink(path), "unlink", path, .writing)
  }

  public func removeDirectory(_ path: String) throws(FileSystemError) {
    try check(rmdir(path), "rmdir", path, .writing)
  }

  public func freeByteCount(_ path: String) throws(FileSystemError) -> Int {
    var status = statvfs()
    try check(statvfs(path, &status), "statvfs", path, .writing)
    let (bytes, overflows) = Int(status.f_bavail).multipliedReportingOverflow(by: Int(status.f_frsize))
    return overflows ? .max : bytes
  }
}

private final class LocalWritableFile: WritableFile {
  private var descriptor: Int32
  private let path: String

  init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit {
    if descriptor >= 0 { closeDescriptor(descriptor) }
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(FileSystemError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = retrying { writeDescriptor(descriptor, rest) }
      try check(count, "write", path, .writing)
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  func synchronize() throws(FileSystemError) {
    try check(retrying { fsync(descriptor) }, "fsync", path, .writing)
  }

  func close() throws(FileSystemError) {
    let open = descriptor
    descriptor = -1  // Whatever close returns, the descriptor is gone.
    try check(closeDescriptor(open), "close", path, .writing)
  }
}

private final class LocalReadableFile: ReadableFile {
  private let descriptor: Int32
  let path: String
  let byteCount: Int

  init(descriptor: Int32, path: String, byteCount: Int) {
    self.descriptor = descriptor
    self.path = path
    self.byteCount = byteCount
  }

  deinit { closeDescriptor(descriptor) }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileSystemError) {
    var done = 0
    while done < buffer.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let count = retrying { pread(descriptor, rest.baseAddress, rest.count, off_t(offset + done)) }
      try check(count, "read", path, .reading)
      if count == 0 { throw FileSystemError(call: "read", path: path, code: 0, purpose: .reading) }
      done += count
    }
  }
}

/// The one place where a POSIX result becomes an error: every call reports failure as a negative number.
private func check<Result: SignedInteger>(
  _ result: Result, _ call: String, _ path: String, _ purpose: FileSystemError.Purpose
) throws(FileSystemError) {
  if result < 0 { throw FileSystemError(call: call, path: path, code: errno, purpose: purpose) }
}

/// Repeats a call that a signal interrupted.
private func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
  while true {
    let result = call()
    if result >= 0 || errno != EINTR { return result }
  }
}

// Inside the classes `close` and `write` would mean their own methods.
@discardableResult
private func closeDescriptor(_ descriptor: Int32) -> Int32 { close(descriptor) }

private func writeDescriptor(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
  write(descriptor, bytes.baseAddress, bytes.count)
}
