import Files

/// The check of one checkpoint folder against its manifest, file by file.
public struct CheckpointVerification: Sendable {
  /// A file of the checkpoint and what is wrong with it, `nil` for nothing.
  public struct Entry: Equatable, Sendable {
    public let file: String
    public let damage: CheckpointDamage?
  }

  public let path: String
  /// The manifest first, then the files it lists; the manifest alone where it is missing or damaged.
  public let entries: [Entry]

  public var firstDamage: CheckpointDamage? { entries.lazy.compactMap(\.damage).first }

  /// Checks everything there is, without stopping at the first damage.
  public init(of path: String, fileSystem: any FileSystem = LocalFileSystem()) {
    self.path = path
    do throws(CheckpointDamage) {
      let manifest = try CheckpointManifest(ofCheckpoint: path, fileSystem: fileSystem)
      var entries = [Entry(file: CheckpointManifest.fileName, damage: nil)]
      var files: [String: SafetensorsFile] = [:]
      for file in manifest.files {
        do throws(CheckpointDamage) {
          files[file.name] = try manifest.open(file, inCheckpoint: path, fileSystem: fileSystem)
          entries.append(Entry(file: file.name, damage: nil))
        } catch {
          entries.append(Entry(file: file.name, damage: error))
        }
      }
      if files.count == manifest.files.count {
        let checkpoint = LoadedCheckpoint(path: path, manifest: manifest, files: files)
        entries[0] = Entry(file: CheckpointManifest.fileName, damage: checkpoint.digestDamage())
      }
      self.entries = entries
    } catch {
      entries = [Entry(file: CheckpointManifest.fileName, damage: error)]
    }
  }
}

extension LoadedCheckpoint {
  fileprivate func digestDamage() -> CheckpointDamage? {
    guard let expected = manifest.parametersDigest else { return nil }
    do throws(FileSystemError) {
      return try parametersDigest() == expected ? nil : .wrongParametersDigest
    } catch {
      return .unreadable(error)
    }
  }
}

extension CheckpointManifest {
  /// No manifest is larger; a file that is, is not read.
  private static let maximumByteCount = 1 << 28

  /// Reads and checks the manifest of the checkpoint in `folder`.
  init(ofCheckpoint folder: String, fileSystem: any FileSystem) throws(CheckpointDamage) {
    if CheckpointFolder(name: lastComponent(of: folder))?.state == .partial { throw .halfWritten }
    let path = "\(folder)/\(Self.fileName)"
    guard try reading({ () throws(FileSystemError) in try fileSystem.exists(path) }) else { throw .missingManifest }
    let file = try reading { () throws(FileSystemError) in try fileSystem.openFile(path) }
    guard file.byteCount <= Self.maximumByteCount else { throw .manifestChanged }
    try self.init(decoding: reading { () throws(FileSystemError) in try file.bytes(in: 0..<file.byteCount) })
  }

  /// Opens a file of the checkpoint in `folder` after checking its size, its checksum, its header, and that it holds
  /// exactly the tensors the manifest says.
  func open(
    _ file: File, inCheckpoint folder: String, fileSystem: any FileSystem
  ) throws(CheckpointDamage) -> SafetensorsFile {
    let path = "\(folder)/\(file.name)"
    guard try reading({ () throws(FileSystemError) in try fileSystem.exists(path) }) else {
      throw .missingFile(file.name)
    }
    let contents = try reading { () throws(FileSystemError) in try fileSystem.openFile(path) }
    guard contents.byteCount == file.byteCount else {
      throw .wrongSize(file: file.name, expected: file.byteCount, found: contents.byteCount)
    }
    var digest = SHA256Digest()
    try reading { () throws(FileSystemError) in try digest.update(contents, range: 0..<contents.byteCount) }
    guard digest.hexadecimal() == file.sha256 else { throw .wrongChecksum(file: file.name) }
    let opened: SafetensorsFile
    do throws(SafetensorsFailure) {
      opened = try SafetensorsFile(file: contents)
    } catch {
      switch error {
      case .unsound(_, let reason): throw .notSafetensors(file: file.name, reason: reason)
      case .unreadable(let cause): throw .unreadable(cause)
      }
    }
    let listed = (parameters + optimizerState).filter { $0.file == file.name }
    let found = opened.tensors.map {
      Tensor(name: $0.name, shape: $0.shape, dtype: $0.elementType.rawValue, file: file.name)
    }
    guard Set(listed) == Set(found), listed.count == found.count else { throw .otherTensors(file: file.name) }
    return opened
  }
}

/// While a checkpoint is verified, a file that cannot be read is damage like any other.
private func reading<Result>(
  _ body: () throws(FileSystemError) -> Result
) throws(CheckpointDamage) -> Result {
  do throws(FileSystemError) { return try body() } catch { throw .unreadable(error) }
}
