import Checkpoints
import Files
import Inference
import KernelInterface
import ModelZoo
import TensorCore
import Testing

@Suite("A generator of texts")
struct TextGeneratorTests {
  static let architectures: [LanguageArchitecture] = [
    .gpt2(GPT2(vocabulary: 31, context: 8, layers: 2, heads: 2, width: 16)),
    .llama(Llama(vocabulary: 31, context: 8, layers: 2, heads: 4, keyValueHeads: 2, width: 16, hidden: 24)),
  ]

  private static func written(
    _ saved: SavedModel, after prompt: [Int32], count: Int, _ sampling: SamplingOptions = .greedy,
    remembers: Bool = true
  ) throws -> [Int32] {
    var tokens: [Int32] = []
    try TextGenerator(saved, sampling, remembers: remembers).write(after: prompt, count: count) {
      tokens.append($0)
      return true
    }
    return tokens
  }

  @Test("writes the same with memory and without, also beyond the context", arguments: architectures)
  func memory(_ architecture: LanguageArchitecture) throws {
    let saved = SavedModel.fresh(architecture)
    let expected = try Self.written(saved, after: [3, 1, 4], count: 30, remembers: false)
    #expect(try Self.written(saved, after: [3, 1, 4], count: 30) == expected)
    let sampling = SamplingOptions(seed: 9)
    let sampled = try Self.written(saved, after: [3, 1, 4], count: 30, sampling)
    #expect(try Self.written(saved, after: [3, 1, 4], count: 30, sampling, remembers: false) == sampled)
    #expect(sampled != expected)
  }

  @Test("ends when it is told to")
  func ending() throws {
    var tokens: [Int32] = []
    try TextGenerator(.fresh(Self.architectures[0]), .greedy).write(after: [1], count: 30) {
      tokens.append($0)
      return tokens.count < 4
    }
    #expect(tokens.count == 4)
  }

  @Test("refuses a prompt that is empty, longer than the context, or has unknown tokens")
  func refusals() throws {
    let saved = SavedModel.fresh(Self.architectures[0])
    #expect(throws: GenerationError.nothingToGoOnFrom) { try Self.written(saved, after: [], count: 1) }
    #expect(throws: GenerationError.promptTooLong(9, context: 8)) {
      try Self.written(saved, after: Array(repeating: 1, count: 9), count: 1)
    }
    #expect(throws: GenerationError.unknownToken(31, vocabulary: 31)) {
      try Self.written(saved, after: [1, 31], count: 1)
    }
  }

  @Test("refuses a model that does not go on with texts")
  func otherModels() {
    let bert = SavedModel.fresh(.bert(BERT(vocabulary: 31, context: 8, layers: 1, heads: 2, width: 8)))
    #expect(throws: GenerationError.self) { try TextGenerator(bert, .greedy) }
  }
}

extension SavedModel {
  fileprivate static func fresh(_ architecture: LanguageArchitecture) -> SavedModel {
    let model = architecture.makeModel()
    return SavedModel(
      ModelDescription(architecture: architecture),
      parameters: model.makeParameters(on: Backend(threads: 1), key: RandomKey(seed: 4)))
  }
}
