import Autograd
import Datasets
import KernelInterface
import Layers
import ModelZoo
import TensorCore

/// A model together with the loss it is trained by, fitted to the shape of its data.
struct TrainingModel {
  let model: Model
  private let loss: Loss

  /// - Parameter part: its samples' shape and its targets decide the model's inputs and outputs.
  init(_ configuration: RunConfiguration, fitting part: DataPart) throws {
    let outputs: Int
    switch (part.dataset.targets, configuration.loss) {
    case (.classes(_, let classCount), .binaryCrossEntropy):
      guard classCount == 2 else { throw TrainingError.notBinary(classCount, origin: part.dataset.origin) }
      outputs = 1
    case (.classes(_, let classCount), _): outputs = classCount
    case (.values(_, let width), _): outputs = width
    }
    switch configuration.model.kind {
    case .mlp:
      model = MultilayerPerceptron(
        inputs: part.dataset.sampleWidth, hidden: configuration.model.hidden, outputs: outputs,
        activation: configuration.model.activationFunction, dropout: Float(configuration.model.dropout)
      ).makeModel()
    }
    switch configuration.loss {
    case .crossEntropy: loss = .crossEntropy
    case .binaryCrossEntropy: loss = .binaryCrossEntropyWithLogits
    case .meanSquaredError: loss = .meanSquared
    case .meanAbsoluteError: loss = .meanAbsolute
    }
  }

  /// The mean loss over the batch.
  func loss(of predictions: Variable, _ batch: Batch) -> Variable {
    switch batch.targets {
    case .labels(let labels) where !loss.takesLabels:
      loss.mean(of: predictions, against: .values(labels.column(on: predictions.value.backend)))
    case .labels, .values:
      loss.mean(of: predictions, against: batch.targets)
    }
  }

  /// Whether the model classifies, so that its hits can be counted.
  var countsHits: Bool { loss == .crossEntropy || loss == .binaryCrossEntropyWithLogits }

  /// How many samples of the batch are classified right: the greatest logit, or the sign of the only one, is the answer.
  func hits(in predictions: Tensor, _ batch: Batch) -> Int? {
    guard countsHits, case .labels(let labels) = batch.targets else { return nil }
    if loss == .crossEntropy { return zip(predictions.argmaxRows(), labels).count { $0 == $1 } }
    return predictions.withValues { logits in zip(logits, labels).count { ($0 > 0) == ($1 == 1) } }
  }
}

extension [Int32] {
  /// Class numbers 0 and 1 as targets [samples, 1].
  fileprivate func column(on backend: Backend) -> Tensor { Tensor(map(Float.init), [count, 1], on: backend) }
}

extension ModelConfiguration {
  fileprivate var activationFunction: Activation {
    switch activation {
    case .identity: .identity
    case .relu: .relu
    case .leakyReLU: .leakyReLU(slope: 0.01)
    case .sigmoid: .sigmoid
    case .tanh: .tanh
    case .gelu: .gelu
    case .geluTanh: .geluTanh
    case .silu: .silu
    }
  }
}
