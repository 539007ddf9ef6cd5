import Autograd
import KernelInterface
import Layers
import ModelZoo
import TensorCore
import TestSupport
import Testing

@Suite("A language model of each family")
struct LanguageFamilyTests {
  private static let llama = Llama(
    vocabulary: 11, context: 12, layers: 2, heads: 4, keyValueHeads: 2, width: 16, hidden: 24, rotaryBase: 100,
    rotaryScaling: RotaryEmbedding.Scaling(
      factor: 4, lowFrequencyFactor: 1, highFrequencyFactor: 3, originalContext: 8))

  static let families: [LanguageArchitecture] = [
    .gpt2(GPT2(vocabulary: 11, context: 12, layers: 2, heads: 2, width: 8, dropout: 0.1)),
    .llama(llama),
    .olmo2(
      OLMo2(
        vocabulary: 11, context: 12, layers: 2, heads: 4, keyValueHeads: 2, width: 16, hidden: 24, tiesHead: true)),
    .mixture(MixtureOfExperts(frame: llama, experts: 4, balanceCoefficient: 0)),
    .bert(BERT(vocabulary: 11, context: 12, layers: 2, heads: 2, width: 8, epsilon: 1e-5)),
    .t5(
      T5(
        vocabulary: 11, encoderLayers: 2, decoderLayers: 2, heads: 2, headSize: 4, width: 8, hidden: 12, buckets: 4,
        maximumDistance: 8)),
  ]
  static let decoders = families.filter { [.gpt2, .llama, .olmo2, .mixture].contains($0.family) }

  /// Three sequences of seven tokens; some without a label, the second shorter, with an encoder's five where there is one.
  private static func batch(_ family: LanguageArchitecture.Family) -> TokenBatch {
    let tokens = tokens(21, seed: 7)
    let labels = tokens.indices.map { $0 % 4 == 3 ? TokenBatch.ignored : (tokens[$0] + 3) % 11 }
    let source = TokenBatch.Source(tokens: Self.tokens(15, seed: 8), time: 5, lengths: [5, 2, 4])
    return TokenBatch(
      tokens: tokens, labels: labels, sequences: 3, lengths: family == .gpt2 ? nil : [7, 4, 7],
      source: family == .t5 ? source : nil)
  }

  private static func tokens(_ count: Int, seed: UInt64) -> [Int32] {
    (0..<count).map { Int32(RandomKey(seed: seed).bits(at: $0) % 11) }
  }

  @Test("has the gradients that central differences give", arguments: families)
  func gradients(_ architecture: LanguageArchitecture) {
    let model = architecture.makeModel()
    let batch = Self.batch(architecture.family)
    let growth: Float = architecture.family == .t5 ? 1 : 10
    let pass = ModelPass(model, batch, growth: growth)
    for (index, entry) in model.layout.entries.enumerated() {
      let gradient = pass.gradients.tensor(index).values
      let direction = seededValues(gradient.count, seed: UInt64(index))
      let size = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let expected = zip(gradient, direction).reduce(0) { $0 + Double($1.0) * Double($1.1) } / Double(size)
      // Small steps, or a router chooses other experts.
      let step: Float = architecture.family == .mixture ? 1 / 1024 : 1 / 128
      let losses = [step, -step].map { step in
        let moved = ModelPass(model, batch, growth: growth, gradients: false) {
          $0.move(index, by: direction.map { $0 * step / size })
        }
        return Double(moved.loss)
      }
      let measured = (losses[0] - losses[1]) / Double(2 * step)
      let tolerance = architecture.family == .mixture ? 2e-3 : 5e-4
      #expect(
        abs(measured - expected) < tolerance * max(1, abs(expected)), "\(entry.name): \(expected), not \(measured)")
    }
  }

  @Test("has the same gradients, to the bit, where blocks are computed a second time", arguments: families)
  func recomputation(_ architecture: LanguageArchitecture) {
    let batch = Self.batch(architecture.family)
    let kept = ModelPass(architecture.makeModel(), batch).bits
    #expect(ModelPass(architecture.makeModel(ModelOptions(recomputesBlocks: true)), batch).bits == kept)
  }

  @Test("gives the same bits for every instruction set and number of threads", arguments: families)
  func sameBits(_ architecture: LanguageArchitecture) {
    let results = Processor.supportedInstructionSets.flatMap { instructionSet in
      [1, 2].map { threads in
        ModelPass(
          architecture.makeModel(), Self.batch(architecture.family),
          on: Backend(instructionSet: instructionSet, threads: threads)
        ).bits
      }
    }
    for result in results.dropFirst() { #expect(result == results[0]) }
  }

  @Test("does not see what is behind the length of a sequence", arguments: families.filter { $0.family != .gpt2 })
  func padding(_ architecture: LanguageArchitecture) {
    let batch = Self.batch(architecture.family)
    func loss(padding: Int32) -> Float {
      var (tokens, labels) = (batch.tokens, batch.labels)
      for place in 11..<14 { (tokens[place], labels[place]) = (padding, TokenBatch.ignored) }
      let padded = TokenBatch(
        tokens: tokens, labels: labels, sequences: 3, lengths: batch.lengths, source: batch.source)
      return ModelPass(architecture.makeModel(), padded, mode: .inference).loss
    }
    #expect(loss(padding: 3) == loss(padding: 9))
  }

  @Test("decodes with memory, in pieces of any length, to the bits of the whole sequence", arguments: decoders)
  func memory(_ architecture: LanguageArchitecture) {
    let model = architecture.makeModel()
    let parameters = model.makeParameters(on: Backend(threads: 1), key: RandomKey(seed: 2))
    let tokens = Self.tokens(20, seed: 3)
    func logits(_ tokens: [Int32], _ memory: DecoderMemory?) -> [Float] {
      let context = ForwardContext(
        tape: Tape(parameters: parameters, gradients: nil), mode: .inference, memory: memory)
      let batch = TokenBatch(tokens: tokens, labels: tokens, sequences: 2)
      return model.languageModel.lastLogits(of: batch, context).values
    }
    let memory = DecoderMemory(sequences: 2, capacity: 10)
    for range in [0..<4, 4..<5, 5..<8, 8..<9, 9..<10] {
      let piece = [0, 10].flatMap { tokens[$0 + range.lowerBound..<$0 + range.upperBound] }
      let whole = [0, 10].flatMap { tokens[$0..<$0 + range.upperBound] }
      #expect(logits(piece, memory) == logits(whole, nil), "tokens \(range)")
    }
    memory.truncate(to: 3)
    let rest = [0, 10].flatMap { tokens[$0 + 3..<$0 + 6] }
    #expect(logits(rest, memory) == logits([0, 10].flatMap { tokens[$0..<$0 + 6] }, nil))
  }

  @Test("a decoder's token is expected from those before it alone", arguments: decoders)
  func causality(_ architecture: LanguageArchitecture) {
    let model = architecture.makeModel()
    let parameters = model.makeParameters(on: Backend(threads: 1), key: RandomKey(seed: 2))
    let logits = [4, 9].map { (last: Int32) in
      let tokens: [Int32] = [3, 1, 4, last]
      let context = ForwardContext(tape: Tape(parameters: parameters, gradients: nil), mode: .inference)
      return model.languageModel.logits(of: TokenBatch(tokens: tokens, labels: tokens, sequences: 1), context).values
    }
    #expect(logits[0][..<33] == logits[1][..<33])
    #expect(logits[0][33...] != logits[1][33...])
  }
}
