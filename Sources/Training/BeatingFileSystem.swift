import Files
import Supervision

/// A file system that tells the launcher of every piece written, read or synchronized: a long save is not a hang.
struct BeatingFileSystem: FileSystem {
  let base: any FileSystem
  let pulse: RunPulse

  func createFile(_ path: String) throws(FileSystemError) -> any WritableFile {
    BeatingWritableFile(base: try base.createFile(path), pulse: pulse)
  }

  func openFile(_ path: String) throws(FileSystemError) -> any ReadableFile {
    BeatingReadableFile(base: try base.openFile(path), pulse: pulse)
  }

  func synchronizeDirectory(_ path: String) throws(FileSystemError) {
    try base.synchronizeDirectory(path)
    pulse.beat()
  }

  func createDirectory(_ path: String, isPrivate: Bool) throws(FileSystemError) {
    try base.createDirectory(path, isPrivate: isPrivate)
  }
  func createLink(_ path: String, to target: String) throws(FileSystemError) {
    try base.createLink(path, to: target)
  }
  func rename(_ path: String, to newPath: String) throws(FileSystemError) { try base.rename(path, to: newPath) }
  func list(_ path: String) throws(FileSystemError) -> [String] { try base.list(path) }
  func exists(_ path: String) throws(FileSystemError) -> Bool { try base.exists(path) }
  func removeFile(_ path: String) throws(FileSystemError) { try base.removeFile(path) }
  func removeDirectory(_ path: String) throws(FileSystemError) { try base.removeDirectory(path) }
  func freeByteCount(_ path: String) throws(FileSystemError) -> Int { try base.freeByteCount(path) }
}

private final class BeatingWritableFile: WritableFile {
  let base: any WritableFile
  let pulse: RunPulse

  init(base: any WritableFile, pulse: RunPulse) {
    self.base = base
    self.pulse = pulse
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws(FileSystemError) {
    try base.write(bytes)
    pulse.beat()
  }

  func synchronize() throws(FileSystemError) {
    try base.synchronize()
    pulse.beat()
  }

  func close() throws(FileSystemError) { try base.close() }
}

private final class BeatingReadableFile: ReadableFile {
  let base: any ReadableFile
  let pulse: RunPulse
  var path: String { base.path }
  var byteCount: Int { base.byteCount }

  init(base: any ReadableFile, pulse: RunPulse) {
    self.base = base
    self.pulse = pulse
  }

  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(FileSystemError) {
    try base.read(into: buffer, at: offset)
    pulse.beat()
  }
}
