import FoundationEssentials
import Glibc

/// A folder, in memory where the machine has a place for that, for parsers that take a path.
public final class ScratchFolder {
  let path: String
  private var names: Set<String> = []

  public init() throws {
    let places = ["/dev/shm", FileManager.default.temporaryDirectory.path]
    path = (places.first { access($0, W_OK) == 0 } ?? ".") + "/revoada-fuzz-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit {
    for name in names { unlink("\(path)/\(name)") }
    rmdir(path)
  }

  /// Makes the folder hold these files and no others.
  func hold(_ files: [(name: String, bytes: [UInt8])]) throws {
    for name in names where !files.contains(where: { $0.name == name }) {
      unlink("\(path)/\(name)")
      names.remove(name)
    }
    for file in files {
      try write(file.bytes, to: "\(path)/\(file.name)")
      names.insert(file.name)
    }
  }

  private func write(_ bytes: [UInt8], to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw ScratchError(call: "open", path: path, code: errno) }
    defer { close(descriptor) }
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count else {
      throw ScratchError(call: "write", path: path, code: errno)
    }
  }
}

private struct ScratchError: Error {
  let call: String
  let path: String
  let code: Int32
}
