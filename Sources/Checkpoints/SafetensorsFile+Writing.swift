import Files

extension SafetensorsFile {
  /// The size and the SHA-256 (64 hexadecimal digits) of a file that was written.
  public struct Written: Hashable, Sendable {
    public let byteCount: Int
    public let sha256: String
  }

  /// Writes float32 tensors straight from their memory, and waits until the file's bytes would survive a power cut.
  ///
  /// The same tensors always give the same file: names in the order of their UTF-8 bytes, the metadata
  /// `"format":"pt"` that other readers look for, the data aligned to 8 bytes. Names are unique.
  @discardableResult
  public static func write(
    _ tensors: [NamedTensor], to path: String, fileSystem: any FileSystem
  ) throws(FileSystemError) -> Written {
    let sorted = tensors.sortedByName()
    var output = try beginFile(sorted.map(\.signature), path, fileSystem)
    for tensor in sorted { try output.write(UnsafeRawBufferPointer(tensor.memory)) }
    return try output.finish()
  }

  /// Writes float32 tensors whose values are fetched one tensor at a time: the same file as from memory.
  ///
  /// - Parameter values: called for each tensor, in the file's order; gives its values, row-major.
  @discardableResult
  public static func write(
    _ tensors: [TensorSignature], to path: String, fileSystem: any FileSystem,
    values: (TensorSignature) throws(FileSystemError) -> [Float]
  ) throws(FileSystemError) -> Written {
    let sorted = tensors.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    var output = try beginFile(sorted, path, fileSystem)
    for tensor in sorted {
      let values = try values(tensor)
      precondition(
        values.count == tensor.count, "tensor '\(tensor.name)' of shape \(tensor.shape) is given \(values.count) values"
      )
      try output.write(values)
    }
    return try output.finish()
  }

  /// The file with its header, which says what will follow.
  private static func beginFile(
    _ sorted: [TensorSignature], _ path: String, _ fileSystem: any FileSystem
  ) throws(FileSystemError) -> HashingOutput {
    let names = Set(sorted.map(\.name))
    precondition(names.count == sorted.count, "\(path) would hold two tensors of the same name")
    precondition(!names.contains(SafetensorsHeader.metadataKey), "no tensor may be called __metadata__")
    var output = HashingOutput(file: try fileSystem.createFile(path))
    try output.write(SafetensorsHeader(describing: sorted, metadata: ["format": "pt"]).encoded())
    return output
  }
}

/// A file that is hashed while it is written.
struct HashingOutput {
  private let file: any WritableFile
  private var digest = SHA256Digest()
  private var byteCount = 0

  init(file: any WritableFile) { self.file = file }

  mutating func write(_ bytes: UnsafeRawBufferPointer) throws(FileSystemError) {
    for start in stride(from: 0, to: bytes.count, by: pieceByteCount) {
      let piece = UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + pieceByteCount, bytes.count)])
      digest.update(piece)
      try file.write(piece)
    }
    byteCount += bytes.count
  }

  /// Writes the bytes of numbers as they lie in memory.
  mutating func write<Number: BitwiseCopyable>(_ numbers: [Number]) throws(FileSystemError) {
    var failure: FileSystemError?
    numbers.withUnsafeBytes { buffer in
      do throws(FileSystemError) { try write(buffer) } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Waits until the file would survive a power cut, and closes it.
  func finish() throws(FileSystemError) -> SafetensorsFile.Written {
    try file.synchronize()
    try file.close()
    return SafetensorsFile.Written(byteCount: byteCount, sha256: digest.hexadecimal())
  }
}
