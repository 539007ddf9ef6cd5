import Checkpoints
import Failures
import Files
import ModelExchange
import ModelZoo
import TensorCore
import TestSupport
import Testing

@Suite("Importing what was exported")
struct ModelImportTests {
  @Test("gives back the architecture, the special tokens, and every bit", arguments: SmallModels.all.map(\.name))
  func roundTrip(name: String) throws {
    let architecture = try #require(SmallModels.all.first { $0.name == name }?.architecture)
    for classes in [nil, 3] where classes == nil || name != "t5" {
      let exported = try ExportedModel(architecture, classes: classes)
      let model = try ModelImport(folder: exported.path)
      #expect(model.configuration.architecture == architecture)
      #expect(model.configuration.classes == classes)
      #expect(model.configuration.specialTokens.ids["eos_token_id"] == .integer(3))
      #expect(try exported.imported().bits == exported.parameters.bits)
    }
  }

  @Test("works from shards, none larger than was asked for")
  func shards() throws {
    let exported = try ExportedModel(SmallModels.llama, shardByteLimit: 3000)
    let files = try exported.folder.contents("model").filter { $0.hasSuffix(".safetensors") }
    #expect(files.count > 2 && files.allSatisfy { $0.hasSuffix("-of-0000\(files.count).safetensors") })
    for file in files { #expect(try exported.folder.bytes("model/\(file)").count < 3000 + 2000) }
    #expect(try exported.imported().bits == exported.parameters.bits)
  }

  @Test("works from the body of a model alone, whose names lack what the whole's begin with, with a mask that is none")
  func body() throws {
    let exported = try ExportedModel(SmallModels.gpt2)
    try rewrite(exported) { tensors in
      let body = tensors.map { (String($0.0.dropFirst("transformer.".count)), $0.1, $0.2) }
      return body + [("h.0.attn.bias", [1, 1, 2, 2], [1, 0, 1, 1])]
    }
    #expect(try exported.imported().bits == exported.parameters.bits)
  }

  @Test("accepts a head that repeats the table of tokens, and refuses one that does not")
  func tied() throws {
    let exported = try ExportedModel(SmallModels.tiedLlama)
    func addHead(_ change: ([Float]) -> [Float]) throws {
      try rewrite(exported) { tensors in
        let kept = tensors.filter { $0.0 != "lm_head.weight" }
        return kept
          + kept.filter { $0.0 == "model.embed_tokens.weight" }.map { ("lm_head.weight", $0.1, change($0.2)) }
      }
    }
    try addHead { $0 }
    #expect(try exported.imported().bits == exported.parameters.bits)
    try addHead { $0.dropLast() + [5] }
    let error = #expect(throws: ModelImportError.self) { try ModelImport(folder: exported.path) }
    #expect(error?.problems == [.otherValues(copy: "lm_head.weight", original: "model.embed_tokens.weight")])
  }

  @Test("names everything that is missing, misshaped or has no place, at once")
  func problems() throws {
    let exported = try ExportedModel(SmallModels.llama)
    try rewrite(exported) { tensors in
      tensors.compactMap { name, shape, values in
        switch name {
        case "model.norm.weight": nil
        case "model.layers.1.mlp.up_proj.weight": (name, shape.reversed(), values)
        case "lm_head.weight": ("lm_tail.weight", shape, values)
        default: (name, shape, values)
        }
      }
    }
    let error = #expect(throws: ModelImportError.self) { try ModelImport(folder: exported.path) }
    #expect(error?.exitStatus == .badData)
    #expect(
      error?.message == """
        the tensors in \(exported.path) do not make the model of its config.json:
          missing: model.norm.weight [8]
          missing: lm_head.weight [11, 8]
          shape [8, 10] instead of [10, 8]: model.layers.1.mlp.up_proj.weight
          no place for: lm_tail.weight [11, 8]
        """)
  }

  @Test("refuses values that are no floats, and names their type")
  func types() throws {
    let exported = try ExportedModel(SmallModels.bert)
    let path = "model/model.safetensors"
    var bytes = try exported.folder.bytes(path)
    let length = Int(bytes[0]) | Int(bytes[1]) << 8
    let header = String(decoding: bytes[8..<8 + length], as: UTF8.self)
    let changed = header.replacing(
      #""bert.embeddings.LayerNorm.bias":{"dtype":"F32""#, with: #""bert.embeddings.LayerNorm.bias":{"dtype":"I32""#)
    bytes.replaceSubrange(8..<8 + length, with: Array(changed.utf8))
    try exported.folder.write(bytes, to: path)
    let error = #expect(throws: ModelImportError.self) { try ModelImport(folder: exported.path) }
    #expect(error?.problems == [.type(name: "bert.embeddings.LayerNorm.bias", found: "I32")])
  }

  @Test("an export leaves a folder that is there alone, unless it is empty")
  func occupied() throws {
    let exported = try ExportedModel(SmallModels.gpt2)
    let export = ModelExport(exported.configuration)
    func write(to name: String) throws {
      try export.write(to: "\(exported.folder.path)/\(name)") { exported.parameters.tensor($0) }
    }
    let before = try exported.folder.bytes("model/model.safetensors")
    let error = #expect(throws: (any Error).self) { try write(to: "model") } as? any UserFacingError
    #expect(error?.message == "\(exported.path) is there already")
    #expect(try exported.folder.bytes("model/model.safetensors") == before)
    try exported.folder.write("", to: "empty/x")
    try exported.folder.remove("empty/x")
    try exported.folder.write("half", to: "empty.partial/config.json")
    try write(to: "empty")
    #expect(
      try exported.folder.contents("empty") == ["config.json", "generation_config.json", "model.safetensors"])
    #expect(!exported.folder.exists("empty.partial"))
  }

  /// Writes the model's tensors anew, changed.
  private func rewrite(
    _ exported: ExportedModel, _ change: ([(String, [Int], [Float])]) -> [(String, [Int], [Float])]
  ) throws {
    let weights = try SafetensorsFolder(path: exported.path)
    let tensors = change(try weights.tensors.map { ($0.name, $0.shape, try weights.floats(named: $0.name)) })
    let values = Dictionary(uniqueKeysWithValues: tensors.map { ($0.0, $0.2) })
    try SafetensorsFile.write(
      tensors.map { TensorSignature(name: $0.0, shape: $0.1) }, to: exported.path + "/model.safetensors",
      fileSystem: LocalFileSystem()
    ) { values[$0.name] ?? [] }
  }
}
