import Files
import KernelInterface
import Layers
import ModelExchange
import ModelZoo
import TensorCore
import TestSupport

/// A model of each family, small and with all sizes different, so that nothing taken for another fits.
enum SmallModels {
  static let gpt2 = LanguageArchitecture.gpt2(
    GPT2(vocabulary: 11, context: 7, layers: 2, heads: 2, width: 6, dropout: 0.125))
  static let llama = LanguageArchitecture.llama(
    Llama(
      vocabulary: 11, context: 7, layers: 2, heads: 4, keyValueHeads: 2, headSize: 6, width: 8, hidden: 10,
      rotaryBase: 5000,
      rotaryScaling: RotaryEmbedding.Scaling(
        factor: 4, lowFrequencyFactor: 1.5, highFrequencyFactor: 3, originalContext: 5), epsilon: 2e-5))
  static let tiedLlama = LanguageArchitecture.llama(
    Llama(vocabulary: 11, context: 7, layers: 1, heads: 2, width: 8, hidden: 10, tiesHead: true))
  static let olmo2 = LanguageArchitecture.olmo2(
    OLMo2(vocabulary: 11, context: 7, layers: 2, heads: 4, keyValueHeads: 2, width: 8, hidden: 10))
  static let mixture = LanguageArchitecture.mixture(
    MixtureOfExperts(
      frame: Llama(vocabulary: 11, context: 7, layers: 2, heads: 2, keyValueHeads: 1, width: 8, hidden: 10), experts: 3,
      expertsPerToken: 2, balanceCoefficient: 0.02))
  static let bert = LanguageArchitecture.bert(
    BERT(vocabulary: 11, context: 7, segments: 3, layers: 2, heads: 2, width: 6, hidden: 10, dropout: 0.25))
  static let t5 = LanguageArchitecture.t5(
    T5(
      vocabulary: 11, encoderLayers: 1, decoderLayers: 2, heads: 2, headSize: 5, width: 8, hidden: 12, buckets: 6,
      maximumDistance: 9))

  /// By name, for tests that take an argument.
  static let all: [(name: String, architecture: LanguageArchitecture)] = [
    ("gpt2", gpt2), ("llama", llama), ("tied llama", tiedLlama), ("olmo2", olmo2), ("mixture", mixture), ("bert", bert),
    ("t5", t5),
  ]
}

/// A folder with an exported model, and its parameters.
struct ExportedModel {
  let folder: TemporaryFolder
  let parameters: Arena
  let configuration: HuggingFaceConfiguration

  var path: String { folder.path + "/model" }

  init(_ architecture: LanguageArchitecture, classes: Int? = nil, shardByteLimit: Int? = nil) throws {
    folder = try TemporaryFolder()
    configuration = HuggingFaceConfiguration(
      architecture, classes: classes, specialTokens: SpecialTokens(["eos_token_id": .integer(3)]))
    var export = ModelExport(configuration)
    export.shardByteLimit = shardByteLimit
    let parameters = Arena(export.layout, on: Backend())
    for index in export.layout.entries.indices {
      let values = seededValues(export.layout.entries[index].shape.count, seed: UInt64(index + 1))
      parameters.destination(index, accumulates: false).withMutableValues { _ = $0.update(fromContentsOf: values) }
    }
    try export.write(to: folder.path + "/model") { parameters.tensor($0) }
    self.parameters = parameters
  }

  /// Reads the folder again, in a fresh arena.
  func imported() throws -> Arena {
    let model = try ModelImport(folder: path)
    let arena = Arena(model.layout, on: Backend())
    try model.read(into: arena)
    return arena
  }

  /// Changes the object in `config.json`.
  func changeConfiguration(_ change: (inout [String: JSONValue]) -> Void) throws {
    guard case .object(var members) = try JSONValue(contentsOf: path + "/config.json", byteLimit: 1 << 20) else {
      return
    }
    change(&members)
    try folder.write(JSONValue.object(members).fileText, to: "model/config.json")
  }
}

extension Arena {
  var bits: [UInt32] { withMutableValues { $0.map(\.bitPattern) } }
}
