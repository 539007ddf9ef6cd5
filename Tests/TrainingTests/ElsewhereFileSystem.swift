import Files

/// Another machine's file system: what is under a folder is its own, the rest everybody's. It may also be nearly full.
struct ElsewhereFileSystem: FileSystem {
  private let base = QuickFileSystem()
  private let shared: String
  private let own: String
  private let room: Int?

  /// - Parameters:
  ///   - shared: the folder that others see as it is.
  ///   - own: what this machine has in its place.
  ///   - room: the bytes that are free, where not those of this machine.
  init(seeing shared: String, as own: String, room: Int? = nil) {
    (self.shared, self.own, self.room) = (shared, own, room)
  }

  private func real(_ path: String) -> String {
    path.hasPrefix(shared) ? own + path.dropFirst(shared.count) : path
  }

  func createDirectory(_ path: String, isPrivate: Bool) throws(FileSystemError) {
    try base.createDirectory(real(path), isPrivate: isPrivate)
  }
  func createFile(_ path: String) throws(FileSystemError) -> any WritableFile { try base.createFile(real(path)) }
  func openFile(_ path: String) throws(FileSystemError) -> any ReadableFile { try base.openFile(real(path)) }
  func createLink(_ path: String, to target: String) throws(FileSystemError) {
    try base.createLink(real(path), to: target)
  }
  func rename(_ path: String, to newPath: String) throws(FileSystemError) {
    try base.rename(real(path), to: real(newPath))
  }
  func synchronizeDirectory(_ path: String) {}
  func list(_ path: String) throws(FileSystemError) -> [String] { try base.list(real(path)) }
  func exists(_ path: String) throws(FileSystemError) -> Bool { try base.exists(real(path)) }
  func removeFile(_ path: String) throws(FileSystemError) { try base.removeFile(real(path)) }
  func removeDirectory(_ path: String) throws(FileSystemError) { try base.removeDirectory(real(path)) }
  func freeByteCount(_ path: String) throws(FileSystemError) -> Int {
    if let room { return room }
    return try base.freeByteCount(real(path))
  }
}
