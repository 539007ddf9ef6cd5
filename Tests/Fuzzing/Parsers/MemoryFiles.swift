import Files
import Glibc

/// One folder of files in memory, to be read: a parser that reads through a `FileSystem` needs no disk.
struct MemoryFiles: FileSystem {
  static let folder = "folder"

  private let files: [String: MemoryFile]

  /// Files by their names in the folder.
  init(_ contents: [String: [UInt8]]) {
    files = Dictionary(
      uniqueKeysWithValues: contents.map { name, bytes in
        ("\(Self.folder)/\(name)", MemoryFile(path: "\(Self.folder)/\(name)", content: bytes))
      })
  }

  func openFile(_ path: String) throws(FileSystemError) -> any ReadableFile {
    guard let file = files[path] else {
      throw FileSystemError(call: "open", path: path, code: ENOENT, purpose: .reading)
    }
    return file
  }

  func list(_ path: String) throws(FileSystemError) -> [String] {
    guard path == Self.folder else {
      throw FileSystemError(call: "open", path: path, code: ENOTDIR, purpose: .reading)
    }
    return files.keys.map { String($0.dropFirst(Self.folder.count + 1)) }.sorted()
  }

  func exists(_ path: String) throws(FileSystemError) -> Bool { path == Self.folder || files[path] != nil }

  func createDirectory(_ path: String, isPrivate: Bool) throws(FileSystemError) { throw readOnly("mkdir", path) }
  func createFile(_ path: String) throws(FileSystemError) -> any WritableFile { throw readOnly("open", path) }
  func createLink(_ path: String, to target: String) throws(FileSystemError) { throw readOnly("symlink", path) }
  func rename(_ path: String, to newPath: String) throws(FileSystemError) { throw readOnly("rename", path) }
  func synchronizeDirectory(_ path: String) throws(FileSystemError) { throw readOnly("fsync", path) }
  func removeFile(_ path: String) throws(FileSystemError) { throw readOnly("unlink", path) }
  func removeDirectory(_ path: String) throws(FileSystemError) { throw readOnly("rmdir", path) }

  func freeByteCount(_ path: String) throws(FileSystemError) -> Int { 0 }

  private func readOnly(_ call: String, _ path: String) -> FileSystemError {
    FileSystemError(call: call, path: path, code: EROFS, purpose: .writing)
  }
}

private final class MemoryFile: ReadableFile {
  let path: String
  private let content: [UInt8]

  init(path: String, content: [UInt8]) {
    self.path = path
    self.content = content
  }

  var byteCount: Int { content.count }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileSystemError) {
    precondition(offset >= 0, "a read of \(path) at \(offset)")
    let count = min(buffer.count, max(content.count - offset, 0))
    if count > 0 { buffer.copyBytes(from: content[offset..<offset + count]) }
    if count < buffer.count { throw FileSystemError(call: "read", path: path, code: 0, purpose: .reading) }
  }
}
