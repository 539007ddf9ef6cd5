import Datasets
import KernelInterface
import Layers
import ModelZoo
import TensorCore
import Tokenizers

/// Samples that go through the model together.
enum Batch {
  /// Inputs [samples, sample shape...] and what should be predicted for them.
  case samples(inputs: Tensor, targets: Targets)
  /// Texts in which tokens are to be predicted.
  case tokens(TokenBatch)
  /// Texts with a class each.
  case labelled(TokenBatch, classes: [Int32])

  /// What the mean loss is a mean over.
  var weight: Int {
    switch self {
    case .samples(let inputs, _): inputs.shape.dimensions[0]
    case .tokens(let tokens): tokens.predictedCount
    case .labelled(_, let classes): classes.count
    }
  }
}

extension DataPart {
  /// The samples `numbers` of the source as one batch.
  ///
  /// - Parameter key: decides, together with a sample's number, what is hidden of it.
  func batch(_ numbers: some Collection<Int>, on backend: Backend, key: RandomKey) -> Batch {
    switch source {
    case .table(let dataset): dataset.batch(numbers, on: backend)
    case .text(let text): .tokens(TokenBatch(numbers.map { text.sample($0, key: key) }))
    case .sequences(let dataset): dataset.batch(numbers)
    }
  }

  /// The bytes of text that the predicted tokens stand for, ends of texts not counted; `nil` where tokens are not known, or not the
  /// next ones.
  func bytes(predictedIn batch: TokenBatch) -> Int? {
    let tokenizer: (any Tokenizer)? =
      switch source {
      case .table: nil
      case .text(let text): text.objective == .nextToken ? text.tokenizer : nil
      case .sequences(let dataset): dataset.tokenizer
      }
    guard let tokenizer else { return nil }
    let labels = batch.labels.filter { $0 != TokenBatch.ignored && $0 != tokenizer.endOfText }
    return tokenizer.decode(labels).count
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

extension SequenceDataset {
  fileprivate func batch(_ numbers: some Collection<Int>) -> Batch {
    let rows = rows(numbers)
    // A causal model that predicts tokens sees no padding; who classifies must know where a text ends.
    let isLabelled = !rows.classes.isEmpty
    let tokens = TokenBatch(
      tokens: rows.tokens, labels: rows.labels, sequences: numbers.count, lengths: isLabelled ? rows.lengths : nil)
    return isLabelled ? .labelled(tokens, classes: rows.classes) : .tokens(tokens)
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
