#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The bytes of a file as memory: they come from the disk where they are touched, and all processes share them.
///
/// Unchecked: the memory is mapped for reading alone when the value is made, nobody can write through it, and it stays where it
/// is until the last reference is gone. Whoever makes the file shorter meanwhile ends the program (SIGBUS).
public final class MappedFile: @unchecked Sendable {
  public let path: String
  public let byteCount: Int
  private let base: UnsafeRawPointer?

  public init(path: String) throws(FileSystemError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw FileSystemError(call: "open", path: path, code: errno, purpose: .reading) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw FileSystemError(call: "stat", path: path, code: errno, purpose: .reading)
    }
    // A folder can be opened, but has no bytes.
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw FileSystemError(call: "map", path: path, code: EISDIR, purpose: .reading)
    }
    self.path = path
    byteCount = Int(status.st_size)
    guard byteCount > 0 else {
      base = nil  // An empty mapping is an error.
      return
    }
    guard let memory = mmap(nil, byteCount, PROT_READ, MAP_SHARED, descriptor, 0), memory != MAP_FAILED else {
      throw FileSystemError(call: "map", path: path, code: errno, purpose: .reading)
    }
    base = UnsafeRawPointer(memory)
  }

  deinit {
    if let base { munmap(UnsafeMutableRawPointer(mutating: base), byteCount) }
  }

  /// Calls `body` with the bytes, which are valid during the call alone.
  public func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try body(UnsafeRawBufferPointer(start: base, count: byteCount))
  }
}
