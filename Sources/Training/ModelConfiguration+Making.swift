import Datasets
import KernelInterface
import Layers
import ModelZoo

extension RunConfiguration {
  /// The predictions that a model makes for one sample.
  func outputs(for dataset: Dataset) throws -> Int {
    switch (dataset.targets, loss) {
    case (.classes(_, let classCount), .binaryCrossEntropy):
      guard classCount == 2 else { throw TrainingError.notBinary(classCount, origin: dataset.origin) }
      return 1
    case (.classes(_, let classCount), _): return classCount
    case (.values(_, let width), _): return width
    }
  }
}

extension ModelConfiguration {
  /// The model for samples with features, [8, 8] or [30].
  func predictor(for dataset: Dataset, outputs: Int) throws -> Model {
    switch kind {
    case .mlp:
      return MultilayerPerceptron(
        inputs: dataset.sampleWidth, hidden: hidden, outputs: outputs, activation: activationFunction,
        dropout: Float(dropout)
      ).makeModel()
    case .lenet5:
      let (height, width) = try rows(of: dataset, whatFits: "images of 12 x 12 at least")
      guard height >= 12 && width >= 12 else { throw unfit(dataset, whatFits: "images of 12 x 12 at least") }
      return LeNet5(height: height, width: width, outputs: outputs).makeModel()
    case .resnet:
      _ = try rows(of: dataset, whatFits: "images")
      return ResNet(channels: 1, outputs: outputs, blocksInStage: blocks).makeModel()
    case .lstm:
      let (_, width) = try rows(of: dataset, whatFits: "images, read row by row")
      return LSTMClassifier(inputs: width, hidden: hidden[0], outputs: outputs).makeModel()
    case .gpt, .llama, .olmo2, .moe, .bert, .t5, .pretrained: throw unfit(dataset, whatFits: "texts")
    }
  }

  private func rows(of dataset: Dataset, whatFits: String) throws -> (height: Int, width: Int) {
    let shape = dataset.sampleShape
    guard shape.count == 2 else { throw unfit(dataset, whatFits: whatFits) }
    return (shape[0], shape[1])
  }

  private func unfit(_ dataset: Dataset, whatFits: String) -> TrainingError {
    .otherSamples(
      kind: kind.rawValue, whatFits: whatFits, found: dataset.sampleShape.map(String.init).joined(separator: " x "),
      origin: dataset.origin)
  }

  private var activationFunction: Activation {
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

extension TrainingConfiguration.Loss {
  var layersLoss: Loss {
    switch self {
    case .crossEntropy: .crossEntropy
    case .binaryCrossEntropy: .binaryCrossEntropyWithLogits
    case .meanSquaredError: .meanSquared
    case .meanAbsoluteError: .meanAbsolute
    }
  }
}
