import Files
import Glibc

/// Reads whole files.
enum FileReader {
  /// The most bytes a data file may have, inflated: 2 GiB. More would be four times that in memory as Float.
  static let sizeLimit = 1 << 31

  /// The content of a file, inflated where it is gzip. Its name does not matter.
  static func contents(of path: String) throws(DatasetError) -> [UInt8] {
    let bytes = try rawContents(of: path)
    return Gzip.isGzip(bytes) ? try Gzip.inflate(bytes, path: path, limit: sizeLimit) : bytes
  }

  /// What a path names.
  enum Entry {
    case nothing, folder, file, other
  }

  static func entry(at path: String) -> Entry {
    var status = stat()
    guard stat(path, &status) == 0 else { return .nothing }
    switch status.st_mode & S_IFMT {
    case S_IFDIR: return .folder
    case S_IFREG: return .file
    default: return .other
    }
  }

  /// The paths of the files in a folder in the order of their names, hidden ones and folders left out.
  static func files(in folder: String) throws(DatasetError) -> [String] {
    let names: [String]
    do throws(FileSystemError) {
      names = try LocalFileSystem().list(folder)
    } catch {
      throw .missing(folder, "cannot be read: \(error.reason)", remedy: "Check who may read there.")
    }
    return names.filter { !$0.hasPrefix(".") }.map { "\(folder)/\($0)" }.filter { entry(at: $0) == .file }
  }

  private static func rawContents(of path: String) throws(DatasetError) -> [UInt8] {
    let remedy = "Give the path of a readable data file in data.path."
    switch entry(at: path) {
    case .folder: throw .missing(path, "is a folder, not a file", remedy: remedy)
    case .other: throw .missing(path, "is not a regular file", remedy: remedy)
    case .file, .nothing: break
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .missing(path, "cannot be opened: \(lastError())", remedy: remedy) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else {
      throw .missing(path, "cannot be read: \(lastError())", remedy: remedy)
    }
    guard status.st_size <= sizeLimit else {
      throw .badContent(
        path, "holds \(status.st_size) bytes, more than the \(sizeLimit) that fit", remedy: "Use fewer samples.")
    }
    return try read(Int(status.st_size), from: descriptor, path: path)
  }

  private static func read(_ size: Int, from descriptor: Int32, path: String) throws(DatasetError) -> [UInt8] {
    var failure: String?
    // The buffer outlives every call of `read`, which writes at most `size - filled` bytes after the `filled` first.
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, filled in
      while filled < size {
        let received = Glibc.read(descriptor, buffer.baseAddress! + filled, size - filled)
        if received > 0 {
          filled += received
        } else if received == 0 {
          failure = "it became shorter while being read"
          return
        } else if errno != EINTR {
          failure = lastError()
          return
        }
      }
    }
    if let failure {
      throw .missing(path, "cannot be read: \(failure)", remedy: "Check the disk or the network file system.")
    }
    return bytes
  }

  private static func lastError() -> String { String(cString: strerror(errno)) }
}
