/// A configuration that every cell trains: few steps of 8 lanes.
struct TrainedModel {
  let name: String
  /// What differs from model to model; the rest is ``course``.
  let sections: String

  static let steps = 6

  /// The weights are larger than a bucket of 64 KiB in every one of them.
  static let all = [
    TrainedModel(
      name: "mlp",
      sections: """
        model: {kind: mlp, hidden: [192, 64], dropout: 0.25}
        data: {kind: digits}
        optimizer: {kind: adamw, learning_rate: 0.01, weight_decay: 0.01}

        """),
    TrainedModel(
      name: "resnet",
      sections: """
        model: {kind: resnet, blocks: 1}
        data: {kind: digits}
        optimizer: {kind: sgd, learning_rate: 0.05, momentum: 0.9}

        """),
    TrainedModel(
      name: "lstm",
      sections: """
        model: {kind: lstm, hidden: [64]}
        data: {kind: digits}
        optimizer: {kind: adam, learning_rate: 0.01}

        """),
    TrainedModel(
      name: "gpt",
      sections: """
        model: {kind: gpt, layers: 2, heads: 2, width: 32, dropout: 0.1}
        data: {kind: text, path: text.txt, context: 16}
        optimizer: {kind: adam, learning_rate: 0.01}

        """),
  ]

  var configuration: String { sections + Self.course }

  private static let course = """
    training: {steps: \(steps), batch: 24, lanes: 8, clip_norm: 1, log_every: 1000, evaluate_every: 1000}
    checkpoint: {every: 0, keep: 100}

    """
}
