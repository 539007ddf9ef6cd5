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
}
