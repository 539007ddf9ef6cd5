import Checkpoints
import Files
import Launching
import Training

extension FileIdentity {
  /// Larger files are told by their ends and their length: an hour of reading is no preflight.
  private static let wholeLimit = 1 << 28
  private static let endsByteCount = 1 << 20

  /// Reads a file; one that cannot be read has no digest.
  init(_ role: Role, _ path: String, in fileSystem: any FileSystem) {
    self.init(role: role, path: path)
    do {
      let count = try fileSystem.openFile(path).byteCount
      isOfEnds = count > Self.wholeLimit
      digest =
        try isOfEnds
        ? endsDigest(of: path, byteCount: Self.endsByteCount, in: fileSystem) : fileDigest(of: path, in: fileSystem)
      byteCount = count
    } catch {
      // Without a digest it is told as missing, with its path.
      digest = nil
    }
  }

  /// The files of a path that a configuration names: the file itself, or those that lie in the folder.
  static func data(at path: String, in fileSystem: any FileSystem) -> [FileIdentity] {
    guard !path.isEmpty else { return [] }
    do {
      let files = try fileSystem.list(path).sorted().map { FileIdentity(.data, path + "/" + $0, in: fileSystem) }
      return files.filter { $0.digest != nil }
    } catch {
      // Not a folder.
      return [FileIdentity(.data, path, in: fileSystem)]
    }
  }
}

extension HostFacts {
  /// This machine's, with the digests of this program, of a configuration and of what it reads.
  static func here(program: String, config: String?, overrides: [String], runFolder: String) async -> HostFacts {
    let fileSystem = LocalFileSystem()
    var program = FileIdentity(.program, program, in: fileSystem)
    // What runs, not what may have been copied over it since.
    program.digest = FileIdentity(.program, "/proc/self/exe", in: fileSystem).digest ?? program.digest
    var files = [program]
    var problem: String?
    if let config {
      files.append(FileIdentity(.configuration, config, in: fileSystem))
      do {
        let settings = try RunConfiguration.read(file: config, overrides: overrides)
        files += FileIdentity.data(at: settings.data.path.string, in: fileSystem)
        files += FileIdentity.data(at: settings.data.tokenizerPath?.string ?? "", in: fileSystem)
      } catch {
        problem = error.message
        files.removeLast()
      }
    }
    return await detect(runFolder: runFolder, files: files, configurationProblem: problem)
  }
}
