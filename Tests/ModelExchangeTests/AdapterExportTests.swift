import Checkpoints
import Files
import Inference
import KernelInterface
import Layers
import ModelExchange
import ModelZoo
import TensorCore
import TestSupport
import Testing

@Suite("Adapters that are exported")
struct AdapterExportTests {
  private static let adapters = AdapterOptions(
    rank: 2, alpha: 3, layers: NamePatterns(["*.attention.projection", "*.gate_up", "*.up"]))

  /// A checkpoint of a model whose adapters have learned something.
  private static func checkpoint(
    _ architecture: LanguageArchitecture, in folder: TemporaryFolder, adapters: AdapterOptions? = adapters,
    frozen: NamePatterns = NamePatterns(["*"])
  ) throws -> (checkpoint: LoadedCheckpoint, parameters: Arena) {
    let description = ModelDescription(
      architecture: architecture, options: ModelOptions(frozen: frozen, adapters: adapters))
    let model = architecture.makeModel(description.options)
    let parameters = Arena(model.layout, on: Backend())
    for (index, entry) in model.layout.entries.enumerated() {
      let values = seededValues(entry.shape.count, seed: UInt64(index + 1))
      parameters.destination(index, accumulates: false).withMutableValues { _ = $0.update(fromContentsOf: values) }
    }
    let record = TrainingRecord(
      progress: TrainingRecord.Progress(step: 1, samplesSeen: 1, lanes: 1, batchSize: 1, seed: 1), optimizer: "adam",
      model: .object(try description.members()), configurationFingerprint: "")
    let store = CheckpointStore(directory: folder.path + "/checkpoints")
    try LocalFileSystem().createDirectory(folder.path + "/checkpoints")
    _ = try parameters.withMutableValues { values in
      try store.save(
        Checkpoint(
          training: record,
          parameters: parameters.layout.entries.map { entry in
            NamedTensor(
              name: entry.name, shape: entry.shape.dimensions,
              memory: UnsafeBufferPointer(rebasing: values[entry.range]))
          }, optimizerState: []))
    }
    return (try store.load(step: 1), parameters)
  }

  private static func tensor(_ name: String, in path: String) throws -> Tensor {
    let file = try SafetensorsFile(path: path)
    let entry = try #require(file.tensor(named: name), "\(name) in \(file.tensors.map(\.name))")
    var values = [Float](repeating: 0, count: entry.shape.reduce(1, *))
    try values.withUnsafeMutableBufferPointer { try file.readFloats(of: entry, into: $0) }
    return Tensor(values, Shape(entry.shape), on: Backend())
  }

  @Test(
    "apart are what merging adds to the weights: (alpha / rank) B A for each tensor of theirs",
    arguments: [
      (SmallModels.gpt2, ["transformer.h.1.attn.c_attn", "transformer.h.0.mlp.c_fc"]),
      (
        SmallModels.llama,
        [
          "model.layers.0.self_attn.q_proj", "model.layers.1.self_attn.k_proj", "model.layers.1.self_attn.v_proj",
          "model.layers.0.mlp.gate_proj", "model.layers.1.mlp.up_proj",
        ]
      ),
    ])
  func apart(_ architecture: LanguageArchitecture, _ modules: [String]) throws {
    let folder = try TemporaryFolder()
    let (checkpoint, parameters) = try Self.checkpoint(architecture, in: folder)
    try AdapterExport(of: checkpoint).write(to: folder.path + "/apart", on: Backend())
    try ModelExport(of: checkpoint).write(checkpoint, to: folder.path + "/merged", on: Backend())
    let map = WeightMap(of: HuggingFaceConfiguration(architecture))
    let indices = Dictionary(
      uniqueKeysWithValues: parameters.layout.entries.enumerated().map { ($0.element.name, $0.offset) })
    let adapterFile = folder.path + "/apart/adapter_model.safetensors"
    for module in modules {
      let part = try #require(map.parts.first { $0.tensor.name == module + ".weight" })
      let ours = try #require(indices[map.layout.entries[part.parameter].name])
      let before = map.value(of: part, in: parameters.tensor(ours))
      let merged = try Self.tensor(module + ".weight", in: folder.path + "/merged/model.safetensors")
      let a = try Self.tensor("base_model.model.\(module).lora_A.weight", in: adapterFile)
      let b = try Self.tensor("base_model.model.\(module).lora_B.weight", in: adapterFile)
      let product = Tensor.matrixProduct(b, a)
      let added = Self.adapters.scale * (part.isTransposed ? product : product.transposed())
      for (value, expected) in zip(merged.values, (before + added).values) { #expect(abs(value - expected) < 1e-5) }
      #expect(added.values.contains { abs($0) > 0.1 })
    }
  }

  @Test("are refused apart where there are none, or where more was trained")
  func refused() throws {
    let folder = try TemporaryFolder()
    let (without, _) = try Self.checkpoint(SmallModels.gpt2, in: folder, adapters: nil)
    #expect(throws: AdapterExportError.noAdapters(without.path)) { try AdapterExport(of: without) }
    let other = try TemporaryFolder()
    let (more, _) = try Self.checkpoint(
      SmallModels.gpt2, in: other, frozen: NamePatterns(["*", "!norm.bias"]))
    #expect(throws: AdapterExportError.trainedBesides(more.path, parameter: "norm.bias")) {
      try AdapterExport(of: more)
    }
  }
}
