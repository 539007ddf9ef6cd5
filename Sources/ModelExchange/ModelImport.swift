import Checkpoints
import Files
import ModelZoo
import TensorCore

/// A model out of a Hugging Face folder: `config.json`, and the weights in one safetensors file or in shards.
///
///     let model = try ModelImport(folder: "gpt2")
///     let parameters = Arena(model.layout, on: backend)
///     try model.read(into: parameters)
public struct ModelImport {
  public let folder: String
  public let configuration: HuggingFaceConfiguration
  private let weights: SafetensorsFolder
  private let map: WeightMap
  /// What the folder calls each tensor that is wanted, by the name that the map has for it.
  private let names: [String: String]

  public var layout: ParameterLayout { map.layout }

  /// Opens a folder and compares all of its tensors with those that the model wants; no values are read yet.
  ///
  /// Throws ``ModelImportError`` with every tensor that is missing, that has no place, or that has another shape or type;
  /// ``HuggingFaceConfigurationError``; and what reading the files throws.
  public init(folder: String, fileSystem: any FileSystem = LocalFileSystem()) throws {
    self.folder = folder
    configuration = try HuggingFaceConfiguration(
      contentsOf: "\(folder)/\(HuggingFaceConfiguration.fileName)", fileSystem: fileSystem)
    weights = try SafetensorsFolder(path: folder, fileSystem: fileSystem)
    map = WeightMap(of: configuration)
    let comparison = TensorComparison(
      weights.tensors, with: map.parts.map(\.tensor), family: configuration.architecture.huggingFace)
    var problems = comparison.problems
    for (copy, original) in comparison.copies where try weights.floats(named: copy) != weights.floats(named: original) {
      problems.append(.otherValues(copy: copy, original: original))
    }
    guard problems.isEmpty else { throw ModelImportError(folder: folder, problems: problems) }
    names = comparison.names
  }

  /// Fills an arena of the model's layout with the folder's values.
  public func read(into parameters: Arena) throws(FileSystemError) {
    precondition(parameters.layout == map.layout, "the arena is laid out for another model")
    for part in map.parts {
      guard let name = names[part.tensor.name] else { preconditionFailure("\(part.tensor.name) was found before") }
      let values = try weights.floats(named: name)
      map.write(Tensor(values, Shape(part.tensor.shape), on: parameters.backend), as: part, to: parameters)
    }
  }
}
