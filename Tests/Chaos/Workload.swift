import TestSupport

/// What is trained while things die.
struct Workload {
  let name: String
  let configuration: String

  static let all = [
    Workload(
      name: "mlp",
      configuration: """
        model: {kind: mlp, hidden: [192, 64], dropout: 0.25}
        data: {kind: digits}
        optimizer: {kind: adamw, learning_rate: 0.002, weight_decay: 0.01}
        training: {steps: 6000, batch: 24, lanes: 6, log_every: 50, evaluate_every: 100}
        checkpoint: {every: 40, keep: 2}

        """),
    Workload(
      name: "gpt",
      configuration: """
        model: {kind: gpt, layers: 2, heads: 2, width: 32, dropout: 0.1}
        data: {kind: text, path: text.txt, context: 32}
        optimizer: {kind: adam, learning_rate: 0.003}
        training: {steps: 1500, batch: 24, lanes: 6, clip_norm: 1, log_every: 50, evaluate_every: 100}
        checkpoint: {every: 20, keep: 2}

        """),
  ]

  /// What the language model reads.
  static func text() -> String {
    let words = ["the", "flock", "turns", "as", "one", "and", "every", "bird", "keeps", "its", "place", "in", "wind"]
    var random = SplitMix(state: 4)
    return (0..<2000).map { number in
      (words.randomElement(using: &random) ?? "") + (number % 9 == 8 ? ".\n" : " ")
    }.joined()
  }
}

/// Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014: chaos that can be had again.
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
