import Files

/// The index of a sharded folder: which file holds each tensor.
struct SafetensorsIndex {
  /// No index may be longer; that of a model with 100,000 tensors has some ten million bytes.
  static let maximumByteCount = 100_000_000

  let path: String
  /// The tensors that each file holds.
  let tensorsOfFile: [String: Set<String>]
  /// The bytes of all tensors, where the index tells.
  let totalSize: Int?

  /// Throws ``SafetensorsFolderFailure`` or `JSONFileError`.
  init(path: String, fileSystem: any FileSystem) throws {
    self.path = path
    let value = try JSONValue(
      contentsOf: path, byteLimit: Self.maximumByteCount, maximumDepth: 8, fileSystem: fileSystem)
    func bad(_ reason: String) -> SafetensorsFolderFailure { .badIndex(path: path, reason: reason) }
    guard case .object(let members) = value, case .object(let map)? = members["weight_map"] else {
      throw bad("it has no object weight_map")
    }
    var tensorsOfFile: [String: Set<String>] = [:]
    for (tensor, file) in map {
      guard case .string(let file) = file else { throw bad("the file of tensor '\(tensor)' is not a name") }
      // A path could lead out of the folder.
      guard isPlainFileName(file), file.hasSuffix(".safetensors") else {
        throw bad("tensor '\(tensor)' is said to be in '\(file)', which is not a safetensors file of this folder")
      }
      tensorsOfFile[file, default: []].insert(tensor)
    }
    self.tensorsOfFile = tensorsOfFile
    totalSize = try Self.totalSize(members["metadata"]) { throw bad($0) }
  }

  private static func totalSize(_ metadata: JSONValue?, orElse fail: (String) throws -> Never) throws -> Int? {
    guard let metadata else { return nil }
    guard case .object(let members) = metadata else { try fail("its metadata is not an object") }
    switch members["total_size"] {
    case nil: return nil
    case .integer(let size)? where size >= 0: return size
    // Some writers divide, and write the result as it comes.
    case .number(let size)? where size >= 0 && size == size.rounded() && size < 0x1p53: return Int(size)
    default: try fail("its total_size is not a number of bytes")
    }
  }

  /// Opens every file that the index names, and checks that each has exactly the tensors that the index says.
  func openFiles(in folder: String, fileSystem: any FileSystem) throws -> [SafetensorsFile] {
    func bad(_ reason: String) -> SafetensorsFolderFailure { .badIndex(path: path, reason: reason) }
    let names = tensorsOfFile.keys.sorted()
    let absent = try names.filter { try !fileSystem.exists("\(folder)/\($0)") }
    guard absent.isEmpty else { throw bad("files that it names are missing: \(absent.joined(separator: ", "))") }
    let files = try names.map { try SafetensorsFile(path: "\(folder)/\($0)", fileSystem: fileSystem) }
    for (name, file) in zip(names, files) {
      let (listed, found) = (tensorsOfFile[name] ?? [], Set(file.tensors.map(\.name)))
      if let tensor = listed.subtracting(found).min() {
        throw bad("tensor '\(tensor)' is not in \(name), where it should be")
      }
      if let tensor = found.subtracting(listed).min() {
        throw bad("\(name) holds tensor '\(tensor)', which the index does not place there")
      }
    }
    let size = files.reduce(0) { $0 + $1.tensors.reduce(0) { $0 + $1.byteRange.count } }
    if let totalSize, totalSize != size {
      throw bad("it gives a total_size of \(totalSize) bytes, the tensors have \(size)")
    }
    return files
  }
}
