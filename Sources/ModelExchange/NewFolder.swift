import Failures
import Files

/// A folder that appears whole or not at all: it is filled beside its place, under its name and `.partial`, then renamed.
struct NewFolder {
  let path: String
  /// Where it is filled.
  let partial: String
  private let subfolders: [String]
  private let fileSystem: any FileSystem

  /// Makes the place to fill, after removing what an interrupted attempt left there.
  ///
  /// Throws ``NewFolderError`` where `path` is there already and is not an empty folder.
  ///
  /// - Parameter subfolders: that will be in it, inner ones first, if their names are known: what is removed with it.
  init(_ path: String, subfolders: [String] = [], fileSystem: any FileSystem) throws {
    var path = path
    while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
    self.path = path
    partial = path + ".partial"
    self.subfolders = subfolders
    self.fileSystem = fileSystem
    guard try !fileSystem.exists(path) || fileSystem.list(path).isEmpty else { throw NewFolderError(path: path) }
    try remove()
    try fileSystem.createDirectoryAndParents(partial)
  }

  func createSubfolder(_ name: String) throws { try fileSystem.createDirectoryAndParents("\(partial)/\(name)") }

  func write(_ bytes: [UInt8], to name: String) throws {
    let file = try fileSystem.createFile("\(partial)/\(name)")
    try bytes.withUnsafeBytes { try file.write($0) }
    try file.synchronize()
    try file.close()
  }

  /// Copies a file as it is, piece by piece.
  func copy(_ source: String, to name: String) throws {
    try fileSystem.copyFile(source, to: "\(partial)/\(name)")
  }

  /// The folder is there from here on, and would survive a power cut.
  func commit() throws {
    try fileSystem.synchronizeDirectory(partial)
    try fileSystem.rename(partial, to: path)
    try fileSystem.synchronizeDirectory(parentDirectory(of: path))
  }

  /// Removes what was written. Throws where something stays behind.
  func remove() throws {
    for folder in subfolders { try fileSystem.removeDirectoryAndFiles("\(partial)/\(folder)") }
    try fileSystem.removeDirectoryAndFiles(partial)
  }
}

/// The place of a new folder is taken.
struct NewFolderError: UserFacingError, Equatable {
  let path: String

  var exitStatus: ExitStatus { .cannotWrite }

  var message: String { "\(path) is there already" }

  var remedy: String? { "Choose another folder, or remove that one first." }
}
