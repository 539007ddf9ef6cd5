import Autograd
import Datasets
import Inference
import KernelInterface
import Layers
import ModelZoo
import TensorCore

/// A model together with the loss it is trained by, fitted to the shape of its data.
struct TrainingModel {
  let model: Model
  /// `nil` where it is no language model.
  let description: ModelDescription?
  /// What its parameters begin as; `nil`: they are drawn.
  private let pretrained: PretrainedModel?
  private let task: Task

  private enum Task {
    /// Predictions meet targets in a loss.
    case prediction(Loss)
    /// Tokens of a text.
    case language
    /// The class of a text.
    case classification
  }

  /// - Parameters:
  ///   - pretrained: what the configuration asks to go on from.
  ///   - part: its samples' shape and its targets decide the model's inputs and outputs.
  init(_ configuration: RunConfiguration, from pretrained: PretrainedModel? = nil, fitting part: DataPart) throws {
    self.pretrained = pretrained
    if case .table(let dataset) = part.source {
      description = nil
      model = try configuration.model.predictor(for: dataset, outputs: configuration.outputs(for: dataset))
      task = .prediction(configuration.loss.layersLoss)
      return
    }
    let description = try configuration.model.description(
      pretrained, tokens: part.vocabularySize, context: part.context ?? 0, classes: part.classCount,
      origin: part.origin)
    model = description.architecture.makeModel(description.options)
    self.description = description
    task = part.classCount == nil ? .language : .classification
  }

  /// A language model that is there already, for data of its kind.
  ///
  /// - Throws: where the data have more tokens, longer sequences or other classes than the model knows.
  init(_ description: ModelDescription, fitting part: DataPart) throws(TrainingError) {
    let architecture = description.architecture
    guard part.vocabularySize <= architecture.vocabulary else {
      throw .vocabularyTooSmall(architecture.vocabulary, tokens: part.vocabularySize, origin: part.origin)
    }
    if let longest = architecture.context, let context = part.context, context > longest {
      throw .contextTooShort(longest, data: context)
    }
    guard part.classCount == description.options.classes else {
      throw .otherClasses(description.options.classes, data: part.classCount, origin: part.origin)
    }
    pretrained = nil
    self.description = description
    model = architecture.makeModel(description.options)
    task = part.classCount == nil ? .language : .classification
  }

  /// Writes the parameters' first values into an arena of zeros.
  func initialize(_ parameters: Arena, key: RandomKey) throws {
    model.initialize(parameters, key: key)
    try pretrained?.copy(into: parameters)
  }

  /// The mean loss over the batch.
  func meanLoss(of batch: Batch, _ context: ForwardContext) -> Variable {
    switch (batch, task) {
    case (.samples(let inputs, let targets), .prediction(let loss)):
      loss.mean(of: model.predictions(for: inputs, context), against: targets.fitting(loss, on: inputs.backend))
    case (.tokens(let tokens), .language): model.meanLoss(of: tokens, context)
    case (.labelled(let tokens, let classes), .classification):
      Loss.crossEntropy.mean(of: model.classLogits(for: tokens, context), against: .labels(classes))
    default: preconditionFailure("\(model) got a batch of another kind")
    }
  }

  /// The mean loss over the batch, and how many of its samples are classified right where that can be told: the greatest
  /// logit, or the sign of the only one, is the answer.
  func assess(_ batch: Batch, _ context: ForwardContext) -> (loss: Float, hits: Int?) {
    switch (batch, task) {
    case (.samples(let inputs, let targets), .prediction(let loss)):
      let predictions = model.predictions(for: inputs, context)
      let mean = loss.mean(of: predictions, against: targets.fitting(loss, on: inputs.backend))
      return (mean.value.scalar, loss.hits(in: predictions.value, targets))
    case (.labelled(let tokens, let classes), .classification):
      let (logits, targets) = (model.classLogits(for: tokens, context), Targets.labels(classes))
      let mean = Loss.crossEntropy.mean(of: logits, against: targets)
      return (mean.value.scalar, Loss.crossEntropy.hits(in: logits.value, targets))
    default: return (meanLoss(of: batch, context).value.scalar, nil)
    }
  }

  /// How many of the predicted tokens are those that the model takes to be the likeliest. A sequence at a time, as every token has a
  /// logit for each token of the vocabulary.
  func tokenHits(in batch: TokenBatch, _ context: () -> ForwardContext) -> Int {
    (0..<batch.sequences).reduce(0) { hits, number in
      let sequence = batch.sequence(number)
      let guesses = model.languageModel.logits(of: sequence, context()).argmaxRows()
      return hits + zip(guesses, sequence.labels).count { $0 == $1 }
    }
  }

  /// Whether the model classifies samples, so that its hits can be counted.
  var classifies: Bool {
    switch task {
    case .prediction(let loss): loss.countsHits
    case .classification: true
    case .language: false
    }
  }
}

extension Loss {
  fileprivate var countsHits: Bool { self == .crossEntropy || self == .binaryCrossEntropyWithLogits }

  fileprivate func hits(in predictions: Tensor, _ targets: Targets) -> Int? {
    guard countsHits, case .labels(let labels) = targets else { return nil }
    if self == .crossEntropy { return zip(predictions.argmaxRows(), labels).count { $0 == $1 } }
    return predictions.withValues { logits in zip(logits, labels).count { ($0 > 0) == ($1 == 1) } }
  }
}

extension Targets {
  /// Class numbers 0 and 1 as targets [samples, 1] where the loss takes values.
  fileprivate func fitting(_ loss: Loss, on backend: Backend) -> Targets {
    guard case .labels(let labels) = self, !loss.takesLabels else { return self }
    return .values(Tensor(labels.map(Float.init), [labels.count, 1], on: backend))
  }
}

extension TokenBatch {
  /// One of the sequences alone.
  fileprivate func sequence(_ number: Int) -> TokenBatch {
    func row(_ values: [Int32], _ time: Int) -> [Int32] { Array(values[number * time..<(number + 1) * time]) }
    return TokenBatch(
      tokens: row(tokens, time), labels: row(labels, time), sequences: 1, lengths: lengths.map { [$0[number]] },
      source: source.map {
        Source(tokens: row($0.tokens, $0.time), time: $0.time, lengths: $0.lengths.map { [$0[number]] })
      })
  }
}
