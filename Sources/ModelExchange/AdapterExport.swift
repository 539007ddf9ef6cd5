import Checkpoints
import Failures
import Files
import Inference
import Layers
import ModelZoo
import TensorCore

/// What low-rank adapters have learned, apart from the model, as a folder that the library PEFT opens: `adapter_config.json` and
/// `adapter_model.safetensors`.
///
/// Where several of theirs are one layer of ours, such as queries, keys and values, each gets the layer's A and its own columns of B.
public struct AdapterExport {
  private let checkpoint: LoadedCheckpoint
  private let adapters: AdapterOptions
  private let configuration: HuggingFaceConfiguration
  /// Tensors of theirs beside which an adapter stands.
  private let parts: [(part: WeightMap.Part, layer: String)]

  /// - Throws: where the checkpoint has no adapters, or has trained more than adapters.
  public init(of checkpoint: LoadedCheckpoint) throws {
    let description = try ModelDescription(checkpoint)
    guard let adapters = description.options.adapters else { throw AdapterExportError.noAdapters(checkpoint.path) }
    let entries = description.architecture.makeModel(description.options).layout.entries
    if let other = entries.first(where: { $0.role == .trained && !AdapterOptions.isAdapter($0.name) }) {
      throw AdapterExportError.trainedBesides(checkpoint.path, parameter: other.name)
    }
    self.checkpoint = checkpoint
    self.adapters = adapters
    configuration = HuggingFaceConfiguration(description.architecture)
    let map = WeightMap(of: configuration)
    let names = Set(entries.map(\.name))
    parts = map.parts.compactMap { part in
      let name = map.layout.entries[part.parameter].name
      guard name.hasSuffix(".weight") else { return nil }
      let layer = String(name.dropLast("weight".count))
      return names.contains(layer + "adapter.up") ? (part, layer) : nil
    }
  }

  /// Writes a folder that appears whole or not at all.
  ///
  /// Throws where `path` is there already and is not an empty folder.
  public func write(to path: String, on backend: Backend, fileSystem: any FileSystem = LocalFileSystem()) throws {
    let folder = try NewFolder(path, fileSystem: fileSystem)
    do {
      try folder.write(json.fileText, to: "adapter_config.json")
      try SafetensorsFile.write(
        signatures, to: "\(folder.partial)/adapter_model.safetensors", fileSystem: fileSystem
      ) { tensor throws(FileSystemError) in try values(of: tensor.name, on: backend) }
      try folder.commit()
    } catch {
      try folder.remove()
      throw error
    }
  }

  /// A^T [rank, inputs] and the columns of B^T [outputs, rank], for each tensor of theirs.
  private var signatures: [TensorSignature] {
    parts.flatMap { part, layer in
      let inputs = part.isTransposed ? part.tensor.shape[1] : part.tensor.shape[0]
      return [
        TensorSignature(name: Self.name(part, "lora_A"), shape: [adapters.rank, inputs]),
        TensorSignature(name: Self.name(part, "lora_B"), shape: [part.columns.count, adapters.rank]),
      ]
    }
  }

  private func values(of name: String, on backend: Backend) throws(FileSystemError) -> [Float] {
    for (part, layer) in parts {
      if name == Self.name(part, "lora_A") {
        return try tensor(layer + "adapter.down", on: backend).transposed().values
      }
      if name == Self.name(part, "lora_B") {
        let up = try tensor(layer + "adapter.up", on: backend)
        return up.sliced(dimension: -1, range: part.columns).transposed().values
      }
    }
    preconditionFailure("\(name) is no adapter's")
  }

  private func tensor(_ name: String, on backend: Backend) throws(FileSystemError) -> Tensor {
    guard let tensor = checkpoint.manifest.parameters.first(where: { $0.name == name }) else {
      preconditionFailure("\(name) is in the model")
    }
    return Tensor(try checkpoint.values(of: tensor), Shape(tensor.shape), on: backend)
  }

  private static func name(_ part: WeightMap.Part, _ factor: String) -> String {
    "base_model.model.\(module(part)).\(factor).weight"
  }

  private static func module(_ part: WeightMap.Part) -> Substring { part.tensor.name.dropLast(".weight".count) }

  private var json: JSONValue {
    .object([
      "peft_type": .string("LORA"), "task_type": .string("CAUSAL_LM"), "r": .integer(adapters.rank),
      "lora_alpha": .number(Double(adapters.alpha)), "lora_dropout": .number(0), "bias": .string("none"),
      // GPT-2 stores weights [inputs, outputs].
      "fan_in_fan_out": .boolean(parts.contains { !$0.part.isTransposed }), "inference_mode": .boolean(true),
      "target_modules": .array(parts.map { .string(String(Self.module($0.part))) }),
    ])
  }
}

/// Why adapters cannot be written by themselves.
public enum AdapterExportError: UserFacingError, Equatable {
  case noAdapters(_ path: String)
  case trainedBesides(_ path: String, parameter: String)

  public var exitStatus: ExitStatus { .badData }

  public var message: String {
    switch self {
    case .noAdapters(let path): "\(path) has no adapters"
    case .trainedBesides(let path, let parameter): "\(path) has trained more than adapters: \(parameter)"
    }
  }

  public var remedy: String? { "Leave out --adapters apart: the whole model is written then, adapters merged." }
}
