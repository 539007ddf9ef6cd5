import Failures
import Files

/// The tensors of a folder, in one file or in several, as the Hugging Face libraries lay them out: `model.safetensors`, or
/// shards beside `model.safetensors.index.json`, which says which tensor is in which.
///
/// Tables are checked when the folder is opened; values stay on the disk until they are asked for.
public struct SafetensorsFolder: Sendable {
  public static let fileName = "model.safetensors"
  public static let indexName = "model.safetensors.index.json"

  public let path: String
  /// Every tensor of every file, sorted by name.
  public let tensors: [SafetensorsFile.Tensor]
  private let places: [String: (file: SafetensorsFile, tensor: SafetensorsFile.Tensor)]

  /// Opens all files. Where there are both one file and an index, the file counts, as for other readers.
  ///
  /// Throws ``SafetensorsFolderFailure``.
  public init(path: String, fileSystem: any FileSystem = LocalFileSystem()) throws {
    let (single, index) = ("\(path)/\(Self.fileName)", "\(path)/\(Self.indexName)")
    let files: [SafetensorsFile]
    do {
      if try fileSystem.exists(single) {
        files = [try SafetensorsFile(path: single, fileSystem: fileSystem)]
      } else if try fileSystem.exists(index) {
        files = try SafetensorsIndex(path: index, fileSystem: fileSystem).openFiles(in: path, fileSystem: fileSystem)
      } else {
        throw SafetensorsFolderFailure.noTensors(path: path, others: try Self.otherWeights(in: path, fileSystem))
      }
    } catch let error as FileSystemError {
      throw SafetensorsFolderFailure.unreadable(error)
    }
    var places: [String: (file: SafetensorsFile, tensor: SafetensorsFile.Tensor)] = [:]
    for file in files {
      for tensor in file.tensors { places[tensor.name] = (file, tensor) }
    }
    self.path = path
    self.places = places
    tensors = places.values.map(\.tensor).sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }

  public func tensor(named name: String) -> SafetensorsFile.Tensor? { places[name]?.tensor }

  /// Copies a tensor's values: see ``SafetensorsFile/readFloats(of:into:)``.
  ///
  /// - Precondition: the folder has it, and its values are read as floats.
  public func readFloats(named name: String, into memory: UnsafeMutableBufferPointer<Float>) throws(FileSystemError) {
    guard let place = places[name] else { preconditionFailure("\(path) has no tensor '\(name)'") }
    try place.file.readFloats(of: place.tensor, into: memory)
  }

  /// The values of a tensor, row-major; the same conditions.
  public func floats(named name: String) throws(FileSystemError) -> [Float] {
    guard let place = places[name] else { preconditionFailure("\(path) has no tensor '\(name)'") }
    var values = [Float](repeating: 0, count: place.tensor.signature.count)
    // The buffer's function does not hand on typed errors.
    let outcome = values.withUnsafeMutableBufferPointer { memory in
      Result { () throws(FileSystemError) in try place.file.readFloats(of: place.tensor, into: memory) }
    }
    try outcome.get()
    return values
  }

  /// Weights in formats that are not read: a pickle can run any program when it is opened.
  private static func otherWeights(in path: String, _ fileSystem: any FileSystem) throws -> [String] {
    guard try fileSystem.exists(path) else { return [] }
    return try fileSystem.list(path).filter { name in
      [".bin", ".pt", ".pth", ".ckpt", ".h5", ".msgpack", ".gguf", ".npz"].contains { name.hasSuffix($0) }
    }
  }
}

/// Why the tensors of a folder cannot be used. A single file that lies is a ``SafetensorsFailure``.
public enum SafetensorsFolderFailure: UserFacingError, Equatable {
  /// `others`: files that look like weights in another format.
  case noTensors(path: String, others: [String])
  case badIndex(path: String, reason: String)
  case unreadable(FileSystemError)

  public var exitStatus: ExitStatus {
    switch self {
    case .noTensors: .missingInput
    case .badIndex: .badData
    case .unreadable(let error): error.exitStatus
    }
  }

  public var message: String {
    switch self {
    case .noTensors(let path, let others):
      "\(path) holds neither \(SafetensorsFolder.fileName) nor \(SafetensorsFolder.indexName)"
        + (others.isEmpty ? "" : ", but \(others.joined(separator: ", "))")
    case .badIndex(let path, let reason): "\(path) cannot be used: \(reason)"
    case .unreadable(let error): error.message
    }
  }

  public var remedy: String? {
    switch self {
    case .noTensors(_, let others):
      others.isEmpty
        ? "Give the folder of a model, with its config.json and its weights."
        : "Only safetensors are read: save the model in that format (save_pretrained does)."
    case .badIndex: "Copy or download the folder again, all files of it."
    case .unreadable(let error): error.remedy
    }
  }
}
