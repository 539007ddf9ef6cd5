import Files

/// A checkpoint whose checksums were verified. Its tensors are on the disk until they are copied.
///
/// ```swift
/// try checkpoint.requireParameters(model.signatures)
/// for parameter in model.parameters {
///   try checkpoint.copyParameter(named: parameter.name, shape: parameter.shape, into: parameter.memory)
/// }
/// ```
/// The files stay open, so the tensors can be copied even if the folder is removed meanwhile.
public struct LoadedCheckpoint: Sendable {
  public let path: String
  public let manifest: CheckpointManifest
  private let files: [String: SafetensorsFile]
  private let parameters: [String: CheckpointManifest.Tensor]
  private let optimizerState: [String: CheckpointManifest.Tensor]

  /// Opens the checkpoint in a folder after checking all of its files.
  init(verifying path: String, fileSystem: any FileSystem) throws(CheckpointDamage) {
    let manifest = try CheckpointManifest(ofCheckpoint: path, fileSystem: fileSystem)
    var files: [String: SafetensorsFile] = [:]
    for file in manifest.files {
      files[file.name] = try manifest.open(file, inCheckpoint: path, fileSystem: fileSystem)
    }
    self.init(path: path, manifest: manifest, files: files)
  }

  /// `files` are all the files of the manifest, verified.
  init(path: String, manifest: CheckpointManifest, files: [String: SafetensorsFile]) {
    self.path = path
    self.manifest = manifest
    self.files = files
    parameters = Dictionary(manifest.parameters.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    optimizerState = Dictionary(manifest.optimizerState.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// Copies a parameter's values, row-major; `memory` has room for exactly these.
  ///
  /// Throws ``CheckpointFailure`` if the checkpoint has no such parameter or one of another shape, ``FileSystemError``
  /// if it cannot be read.
  public func copyParameter(named name: String, shape: [Int], into memory: UnsafeMutableBufferPointer<Float>) throws {
    try copy(.model, parameters[name], TensorSignature(name: name, shape: shape), into: memory)
  }

  /// Copies a tensor of the optimizer's state, as ``copyParameter(named:shape:into:)`` does a parameter.
  public func copyOptimizerState(
    named name: String, shape: [Int], into memory: UnsafeMutableBufferPointer<Float>
  ) throws {
    try copy(.optimizer, optimizerState[name], TensorSignature(name: name, shape: shape), into: memory)
  }

  private func copy(
    _ part: CheckpointFailure.Part, _ found: CheckpointManifest.Tensor?, _ expected: TensorSignature,
    into memory: UnsafeMutableBufferPointer<Float>
  ) throws {
    let listed = found.map { [$0.signature] } ?? []
    try require([expected], among: listed, of: part)
    guard let found, let file = files[found.file], let tensor = file.tensor(named: found.name) else {
      preconditionFailure("the table of \(path) was checked against its files when they were opened")
    }
    try file.readFloats(of: tensor, into: memory)
  }

  /// The values of a tensor of the manifest, row-major.
  public func values(of tensor: CheckpointManifest.Tensor) throws(FileSystemError) -> [Float] {
    guard let file = files[tensor.file], let entry = file.tensor(named: tensor.name) else {
      preconditionFailure("the table of \(path) was checked against its files when they were opened")
    }
    var values = [Float](repeating: 0, count: tensor.shape.reduce(1, *))
    // The buffer's function does not hand on typed errors.
    let outcome = values.withUnsafeMutableBufferPointer { memory in
      Result { () throws(FileSystemError) in try file.readFloats(of: entry, into: memory) }
    }
    try outcome.get()
    return values
  }

  /// Throws ``CheckpointFailure`` unless the checkpoint's parameters are exactly `expected`, names and shapes, in
  /// whatever order. The error names the first that differs, in the order of `expected`, and how many more do.
  public func requireParameters(_ expected: [TensorSignature]) throws {
    try require(expected, among: manifest.parameters.map(\.signature), of: .model)
  }

  /// The same for the optimizer's state.
  public func requireOptimizerState(_ expected: [TensorSignature]) throws {
    try require(expected, among: manifest.optimizerState.map(\.signature), of: .optimizer)
  }

  private func require(
    _ expected: [TensorSignature], among found: [TensorSignature], of part: CheckpointFailure.Part
  ) throws {
    let differences = tensorDifferences(expected: expected, found: found)
    guard let first = differences.first else { return }
    throw CheckpointFailure.mismatch(path: path, of: part, first: first, others: differences.count - 1)
  }

  /// The digest of the parameters as they are on the disk: see ``parametersDigest(of:)``.
  public func parametersDigest() throws(FileSystemError) -> String {
    var digest = SHA256Digest()
    for parameter in manifest.parameters {
      guard let file = files[parameter.file], let tensor = file.tensor(named: parameter.name) else {
        preconditionFailure("the table of \(path) was checked against its files when they were opened")
      }
      try file.update(&digest, with: tensor)
    }
    return digest.hexadecimal()
  }
}

/// What differs between two tables of tensors: first along `expected`, then what only `found` has, in its order.
func tensorDifferences(expected: [TensorSignature], found: [TensorSignature]) -> [TensorDifference] {
  let shapes = Dictionary(found.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })
  var differences: [TensorDifference] = []
  for tensor in expected {
    if let shape = shapes[tensor.name] {
      if shape != tensor.shape {
        differences.append(.shape(name: tensor.name, expected: tensor.shape, found: shape))
      }
    } else {
      differences.append(.missing(tensor))
    }
  }
  let expectedNames = Set(expected.map(\.name))
  return differences + found.filter { !expectedNames.contains($0.name) }.map { .unexpected($0) }
}
