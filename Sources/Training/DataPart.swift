import Datasets
import KernelInterface
import Layers
import ModelZoo
import TensorCore

/// Some samples of a set, by number: the training, validation or test part.
public struct DataPart: Sendable {
  enum Source: Sendable {
    /// Features and targets.
    case table(Dataset)
    /// Windows of a text.
    case text(TextDataset)
  }

  let source: Source
  /// Sample numbers in `source`.
  let samples: [Int]

  /// All windows of a text.
  init(_ text: TextDataset) { self.init(source: .text(text), samples: Array(0..<text.count)) }

  init(source: Source, samples: [Int]) {
    self.source = source
    self.samples = samples
  }

  /// Samples that an evaluation sends through the model together. Part of the order of summation, so it follows from the
  /// shape of a sample alone: 256, but no more than a million features or four thousand tokens.
  var evaluationChunk: Int {
    switch source {
    case .table(let dataset): max(1, min(256, (1 << 20) / dataset.sampleWidth))
    case .text(let text): max(1, min(256, (1 << 12) / text.context))
    }
  }

  /// Of the features of a sample, [8, 8] or [30]; of a text, the length of a window.
  var sampleShape: [Int] {
    switch source {
    case .table(let dataset): dataset.sampleShape
    case .text(let text): [text.context]
    }
  }

  /// Tokens that a model reads of a sample; `nil` where samples are no texts.
  var context: Int? {
    switch source {
    case .table: nil
    case .text(let text): text.context
    }
  }

  /// The samples `numbers` of the source as one batch.
  ///
  /// - Parameter key: decides, together with a sample's number, what is hidden of it.
  func batch(_ numbers: some Collection<Int>, on backend: Backend, key: RandomKey) -> Batch {
    switch source {
    case .table(let dataset): dataset.batch(numbers, on: backend)
    case .text(let text): .tokens(TokenBatch(numbers.map { text.sample($0, key: key) }))
    }
  }
}

extension DataPart {
  /// The bytes of text that the predicted tokens stand for, ends of texts not counted; `nil` where tokens are not known, or not the
  /// next ones.
  func bytes(predictedIn batch: TokenBatch) -> Int? {
    guard case .text(let text) = source, text.objective == .nextToken, let tokenizer = text.tokenizer else {
      return nil
    }
    let labels = batch.labels.filter { $0 != TokenBatch.ignored && $0 != tokenizer.endOfText }
    return tokenizer.decode(labels).count
  }
}

/// Samples that go through the model together.
enum Batch {
  /// Inputs [samples, sample shape...] and what should be predicted for them.
  case samples(inputs: Tensor, targets: Targets)
  case tokens(TokenBatch)

  /// What the mean loss is a mean over.
  var weight: Int {
    switch self {
    case .samples(let inputs, _): inputs.shape.dimensions[0]
    case .tokens(let tokens): tokens.predictedCount
    }
  }
}

extension Dataset {
  fileprivate func batch(_ numbers: some Collection<Int>, on backend: Backend) -> Batch {
    let width = sampleWidth
    let inputs = Tensor(Shape([numbers.count] + sampleShape), on: backend) { destination in
      destination.withMutableValues { memory in
        features.withUnsafeBufferPointer { features in
          guard var row = memory.baseAddress, let first = features.baseAddress else { return }
          for number in numbers {
            row.update(from: first + number * width, count: width)
            row += width
          }
        }
      }
    }
    switch targets {
    case .classes(let classes, _):
      return .samples(inputs: inputs, targets: .labels(numbers.map { classes[$0] }))
    case .values(let values, let width):
      let rows = numbers.flatMap { values[$0 * width..<($0 + 1) * width] }
      return .samples(inputs: inputs, targets: .values(Tensor(rows, [numbers.count, width], on: backend)))
    }
  }
}

extension TokenBatch {
  /// Samples of one shape: as many tokens in each, and as many for an encoder, if there is one.
  fileprivate init(_ samples: [TokenSample]) {
    precondition(TokenSample.unlabelled == Self.ignored, "one word for a token without a label")
    let source = samples.flatMap(\.source)
    self.init(
      tokens: samples.flatMap(\.tokens), labels: samples.flatMap(\.labels), sequences: samples.count,
      source: source.isEmpty ? nil : Source(tokens: source, time: source.count / samples.count))
  }
}
