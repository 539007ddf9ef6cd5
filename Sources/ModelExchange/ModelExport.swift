import Checkpoints
import Files
import ModelZoo
import TensorCore

/// A model as a Hugging Face folder, `config.json`, `generation_config.json`, the weights as float32, and files of a tokenizer:
///
///     try ModelExport(HuggingFaceConfiguration(architecture)).write(to: "exported") { index in parameters.tensor(index) }
public struct ModelExport {
  public let configuration: HuggingFaceConfiguration
  /// The most bytes of weights in a file; `nil`: one file.
  public var shardByteLimit: Int?
  /// A tokenizer's files in `companionFolder`, copied as they are.
  public var companions: [String] = []
  public var companionFolder = "."
  private let map: WeightMap

  public init(_ configuration: HuggingFaceConfiguration) {
    self.configuration = configuration
    map = WeightMap(of: configuration)
  }

  /// Of the parameters that are asked for.
  public var layout: ParameterLayout { map.layout }

  /// Writes a folder that appears whole or not at all. One tensor at a time is in memory.
  ///
  /// Throws where `path` is there already and is not an empty folder.
  ///
  /// - Parameter value: of parameter `index` of the layout; asked for as often as tensors are made of it.
  public func write(
    to path: String, fileSystem: any FileSystem = LocalFileSystem(),
    value: (_ index: Int) throws(FileSystemError) -> Tensor
  ) throws {
    let folder = try NewFolder(path, fileSystem: fileSystem)
    do {
      try folder.write(configuration.json.fileText, to: HuggingFaceConfiguration.fileName)
      try folder.write(configuration.generation.fileText, to: "generation_config.json")
      for name in companions { try folder.copy("\(companionFolder)/\(name)", to: name) }
      try writeWeights(into: folder, fileSystem, value)
      try folder.commit()
    } catch {
      try folder.remove()
      throw error
    }
  }

  private func writeWeights(
    into folder: NewFolder, _ fileSystem: any FileSystem, _ value: (Int) throws(FileSystemError) -> Tensor
  ) throws {
    let parts = Dictionary(uniqueKeysWithValues: map.parts.map { ($0.tensor.name, $0) })
    let shards = SafetensorsShards(of: map.parts.map(\.tensor), byteLimit: shardByteLimit)
    for shard in shards.shards {
      try SafetensorsFile.write(
        shard.tensors, to: "\(folder.partial)/\(shard.fileName)", fileSystem: fileSystem
      ) { tensor throws(FileSystemError) in
        guard let part = parts[tensor.name] else { preconditionFailure("\(tensor.name) is no part") }
        return map.value(of: part, in: try value(part.parameter)).values
      }
    }
    if let index = shards.index { try folder.write(index.fileText, to: SafetensorsFolder.indexName) }
  }
}
