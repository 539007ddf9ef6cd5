import KernelInterface
import Layers
import ModelZoo

/// A small model that both sides compute, and the batches that they compute it on.
struct PeerCase {
  let name: String
  let architecture: LanguageArchitecture
  /// Whether sequences are of different lengths, padded behind.
  var isPadded = false

  static let all: [PeerCase] = [
    PeerCase(name: "gpt2", architecture: .gpt2(GPT2(vocabulary: 97, context: 32, layers: 3, heads: 4, width: 64))),
    PeerCase(
      name: "llama",
      architecture: .llama(
        Llama(
          vocabulary: 97, context: 64, layers: 3, heads: 4, keyValueHeads: 2, width: 64, hidden: 96,
          rotaryScaling: RotaryEmbedding.Scaling(
            factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContext: 16)))),
    PeerCase(
      name: "llama-tied",
      architecture: .llama(
        Llama(
          vocabulary: 97, context: 64, layers: 2, heads: 4, headSize: 24, width: 64, hidden: 80, rotaryBase: 10_000,
          tiesHead: true)), isPadded: true),
    PeerCase(
      name: "olmo2",
      architecture: .olmo2(
        OLMo2(vocabulary: 97, context: 64, layers: 3, heads: 4, keyValueHeads: 2, width: 64, hidden: 96))),
    PeerCase(name: "mixtral", architecture: .mixture(mixture(layers: 3, balance: 0))),
    PeerCase(name: "mixtral-balanced", architecture: .mixture(mixture(layers: 1, balance: 0.5))),
    PeerCase(
      name: "bert",
      architecture: .bert(BERT(vocabulary: 97, context: 32, layers: 3, heads: 4, width: 64, hidden: 96)), isPadded: true
    ),
    PeerCase(name: "t5", architecture: .t5(t5(tiesHead: false)), isPadded: true),
    PeerCase(name: "t5-tied", architecture: .t5(t5(tiesHead: true))),
  ]

  private static func mixture(layers: Int, balance: Float) -> MixtureOfExperts {
    MixtureOfExperts(
      frame: Llama(
        vocabulary: 97, context: 64, layers: layers, heads: 4, keyValueHeads: 2, width: 64, hidden: 48,
        rotaryBase: 1_000_000), experts: 5, expertsPerToken: 2, balanceCoefficient: balance)
  }

  private static func t5(tiesHead: Bool) -> T5 {
    T5(
      vocabulary: 97, encoderLayers: 2, decoderLayers: 3, heads: 4, headSize: 12, width: 64, hidden: 80, buckets: 8,
      maximumDistance: 20, tiesHead: tiesHead)
  }

  /// Whether the model goes on from a text token by token.
  var continuesTexts: Bool {
    switch architecture {
    case .gpt2, .llama, .olmo2, .mixture: true
    case .bert, .t5: false
    }
  }

  /// One for each step of training.
  static let batchCount = 20

  func batch(_ index: Int) -> TokenBatch {
    let (sequences, time, vocabulary) = (4, 24, 97)
    func tokens(_ stream: UInt64, _ count: Int) -> [Int32] {
      let key = RandomKey(seed: 11).derived(stream).derived(UInt64(index))
      // Some tokens are far more frequent than others, so that there is something to learn.
      return (0..<count).map { place in
        let share = Float(key.bits(at: place) >> 8) / 16_777_216
        return Int32(share * share * Float(vocabulary))
      }
    }
    func lengths(_ stream: UInt64, _ time: Int) -> [Int]? {
      let key = RandomKey(seed: 12).derived(stream).derived(UInt64(index))
      return isPadded ? (0..<sequences).map { time - Int(key.bits(at: $0) % 9) } : nil
    }
    let own = lengths(0, time)
    var labels = tokens(1, sequences * time)
    for place in labels.indices where place % 5 == 3 || place % time >= own?[place / time] ?? time {
      labels[place] = TokenBatch.ignored
    }
    guard case .t5 = architecture else {
      return TokenBatch(tokens: tokens(0, sequences * time), labels: labels, sequences: sequences, lengths: own)
    }
    let source = TokenBatch.Source(tokens: tokens(2, sequences * 30), time: 30, lengths: lengths(1, 30))
    // Padding behind a decoder's tokens is hidden by causality alone.
    return TokenBatch(tokens: tokens(0, sequences * time), labels: labels, sequences: sequences, source: source)
  }
}
