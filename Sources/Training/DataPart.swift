import Datasets

/// Some samples of a set, by number: the training, validation or test part.
public struct DataPart: Sendable {
  enum Source: Sendable {
    /// Features and targets.
    case table(Dataset)
    /// Windows of a text.
    case text(TextDataset)
    /// Texts of different lengths.
    case sequences(SequenceDataset)
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
    case .text, .sequences: max(1, min(256, (1 << 12) / (context ?? 1)))
    }
  }

  /// Of the features of a sample, [8, 8] or [30]; of a text, the tokens at most.
  var sampleShape: [Int] {
    switch source {
    case .table(let dataset): dataset.sampleShape
    case .text(let text): [text.context]
    case .sequences(let dataset): [dataset.context]
    }
  }

  /// Tokens that a model reads of a sample, at most; `nil` where samples are no texts.
  var context: Int? {
    switch source {
    case .table: nil
    case .text(let text): text.context
    case .sequences(let dataset): dataset.context
    }
  }

  /// Every token of a text is below it; 0 where samples are no texts.
  var vocabularySize: Int {
    switch source {
    case .table: 0
    case .text(let text): text.vocabularySize
    case .sequences(let dataset): dataset.vocabularySize
    }
  }

  /// The classes that texts are of; `nil` where they have none.
  var classCount: Int? {
    guard case .sequences(let dataset) = source, case .classes(_, let names) = dataset.targets else { return nil }
    return names.count
  }

  /// Where the samples come from, as messages call it.
  var origin: String {
    switch source {
    case .table(let dataset): dataset.origin
    case .text(let text): text.origin
    case .sequences(let dataset): dataset.origin
    }
  }
}
