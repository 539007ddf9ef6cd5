import Failures
import Files

/// A safetensors file, opened for reading: its table is checked, its values stay on the disk until they are asked for.
///
/// The format: a little-endian 64-bit header length, a JSON header, then the values of all tensors, little-endian and
/// row-major. Every machine this runs on is little-endian, so values are moved as they are.
public struct SafetensorsFile: Sendable {
  /// The types of values the format knows, by the names it gives them.
  public enum ElementType: String, Sendable {
    case boolean = "BOOL"
    case uint8 = "U8"
    case int8 = "I8"
    case int16 = "I16"
    case uint16 = "U16"
    case float16 = "F16"
    case bfloat16 = "BF16"
    case int32 = "I32"
    case uint32 = "U32"
    case float32 = "F32"
    case float64 = "F64"
    case int64 = "I64"
    case uint64 = "U64"

    /// Bytes per value.
    public var byteCount: Int {
      switch self {
      case .boolean, .uint8, .int8: 1
      case .int16, .uint16, .float16, .bfloat16: 2
      case .int32, .uint32, .float32: 4
      case .float64, .int64, .uint64: 8
      }
    }
  }

  /// A tensor's entry in the table.
  public struct Tensor: Hashable, Sendable {
    public let name: String
    public let elementType: ElementType
    public let shape: [Int]
    /// Counted from the first byte behind the header.
    public let byteRange: Range<Int>

    public var signature: TensorSignature { TensorSignature(name: name, shape: shape) }
  }

  public let path: String
  public let metadata: [String: String]
  /// In the order of their bytes in the file.
  public let tensors: [Tensor]
  private let indexOfName: [String: Int]
  private let file: any ReadableFile
  private let dataOffset: Int

  /// Opens a file and checks its header.
  public init(path: String, fileSystem: any FileSystem = LocalFileSystem()) throws(SafetensorsFailure) {
    let file: any ReadableFile
    do throws(FileSystemError) { file = try fileSystem.openFile(path) } catch { throw .unreadable(error) }
    try self.init(file: file)
  }

  init(file: any ReadableFile) throws(SafetensorsFailure) {
    let prefixByteCount = SafetensorsHeader.prefixByteCount
    guard file.byteCount >= prefixByteCount else {
      throw .unsound(
        path: file.path, reason: "it has \(file.byteCount) bytes, fewer than the length of its header takes")
    }
    let prefix = try file.bytesOrFailure(in: 0..<prefixByteCount)
    let length = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= SafetensorsHeader.maximumByteCount else {
      throw .unsound(
        path: file.path,
        reason: "its header would be \(length) bytes long; at most \(SafetensorsHeader.maximumByteCount) are allowed")
    }
    let dataOffset = prefixByteCount + Int(length)
    guard dataOffset <= file.byteCount else {
      throw .unsound(
        path: file.path,
        reason: "it is cut off: its header should be \(length) bytes long, the whole file has \(file.byteCount)")
    }
    let text = try file.bytesOrFailure(in: prefixByteCount..<dataOffset)
    let header: SafetensorsHeader
    do throws(SafetensorsDefect) {
      header = try SafetensorsHeader(parsing: text[...], dataByteCount: file.byteCount - dataOffset)
    } catch {
      throw .unsound(path: file.path, reason: error.description)
    }
    self.init(file: file, header: header, dataOffset: dataOffset)
  }

  private init(file: any ReadableFile, header: SafetensorsHeader, dataOffset: Int) {
    self.file = file
    self.dataOffset = dataOffset
    path = file.path
    metadata = header.metadata
    tensors = header.tensors
    indexOfName = Dictionary(uniqueKeysWithValues: zip(header.tensors.map(\.name), header.tensors.indices))
  }

  public func tensor(named name: String) -> Tensor? { indexOfName[name].map { tensors[$0] } }

  /// Fills `bytes` with those of a tensor from `offset` on.
  func read(
    _ bytes: UnsafeMutableRawBufferPointer, of tensor: Tensor, at offset: Int
  ) throws(FileSystemError) {
    try file.read(into: bytes, at: dataOffset + tensor.byteRange.lowerBound + offset)
  }

  /// Hashes the values of a tensor.
  func update(_ digest: inout SHA256Digest, with tensor: Tensor) throws(FileSystemError) {
    let start = dataOffset + tensor.byteRange.lowerBound
    try digest.update(file, range: start..<start + tensor.byteRange.count)
  }
}

extension ReadableFile {
  fileprivate func bytesOrFailure(in range: Range<Int>) throws(SafetensorsFailure) -> [UInt8] {
    do throws(FileSystemError) { return try bytes(in: range) } catch { throw .unreadable(error) }
  }
}

/// A file that should be a safetensors file, and cannot be read or is not sound.
public enum SafetensorsFailure: UserFacingError, Equatable {
  case unsound(path: String, reason: String)
  case unreadable(FileSystemError)

  public var exitStatus: ExitStatus {
    switch self {
    case .unsound: .badData
    case .unreadable(let error): error.exitStatus
    }
  }

  public var message: String {
    switch self {
    case .unsound(let path, let reason): "\(path) is not a sound safetensors file: \(reason)"
    case .unreadable(let error): error.message
    }
  }

  public var remedy: String? {
    switch self {
    case .unsound: "Copy or download the file again."
    case .unreadable(let error): error.remedy
    }
  }
}
