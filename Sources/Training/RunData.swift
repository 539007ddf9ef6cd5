import Datasets
import KernelInterface
import Tokenizers

/// The data of a run: read, split and scaled, the same on every rank.
struct RunData {
  let training: DataPart
  /// `nil` where nothing was kept for it.
  let validation: DataPart?
  let test: DataPart?
  /// What cut the text into tokens; `nil` where samples are no texts.
  let tokenizer: (any Tokenizer)?
  /// What a checkpoint keeps.
  let preprocessing: Preprocessing
  /// What whoever trains should know about the data.
  let notes: [String]

  /// What was done to the data before training, and to which data.
  struct Preprocessing: Codable, Equatable {
    /// Fitted on the training part.
    var scaling: FittedScaling
    /// Of the samples for training and validation, before scaling.
    var fingerprint: UInt64
    /// The names of the classes of texts, in order; `nil` for other data.
    var classNames: [String]?
  }

  /// - Parameters:
  ///   - objective: what the model is trained to say about texts.
  ///   - key: decides which sample goes to which part. A text is cut into stretches instead.
  ///   - threads: what may be computed at the same time; the result does not depend on it.
  ///   - fitted: how data were scaled, and which classes they had, that a model was trained on; `nil`: these are.
  init(
    _ configuration: DataConfiguration, objective: TextObjective.Kind, key: RandomKey, threads: Int,
    as fitted: Preprocessing? = nil
  ) throws {
    let path = configuration.path.string
    switch configuration.kind {
    case .digits: try self.init(DataSource.digits.load(), configuration, key, fitted)
    case .idx: try self.init(DataSource.idx(directory: path).load(), configuration, key, fitted)
    case .csv: try self.init(DataSource.csv(configuration.csvOptions).load(), configuration, key, fitted)
    case .labelledText:
      let texts = try LabelledTextReader(path: path, field: configuration.field, label: configuration.csvLabel)
        .read(classes: fitted?.classNames)
      try self.init(
        SequenceDataset(
          texts, tokenizer: configuration.tokenizerChoice(), context: configuration.context, threads: threads,
          origin: path), configuration, key)
    case .instructions:
      guard objective == .nextToken else { throw TrainingError.cannotAnswer(origin: path) }
      try self.init(
        SequenceDataset(
          InstructionReader(path: path).read(), tokenizer: configuration.tokenizerChoice(),
          context: configuration.context, threads: threads, origin: path), configuration, key)
    case .text:
      let corpus = try CorpusReader(path: path, field: configuration.field).read()
      self.init(
        try LoadedText(
          corpus, tokenizer: configuration.tokenizerChoice(), configuration.textOptions(objective), threads: threads))
    case .tokens:
      let files = try TokenCollection(path: path)
      let tokenizer = configuration.tokenizerPath?.string ?? files.tokenizerPath
      self.init(
        try LoadedText(
          files, tokenizer: tokenizer.map { try TokenizerFile.read(path: $0) },
          vocabularySize: configuration.vocabulary,
          configuration.textOptions(objective)))
    }
  }

  private init(
    _ loaded: LoadedData, _ configuration: DataConfiguration, _ key: RandomKey, _ fitted: Preprocessing?
  ) throws {
    var pool = loaded.pool
    let split = try DataSplit(
      sampleCount: pool.count, validationFraction: configuration.validation,
      testFraction: loaded.test == nil ? configuration.test : 0, key: key)
    if let count = fitted?.scaling.offsets.count, count > 1, count != pool.sampleWidth {
      throw TrainingError.otherFeatures(pool.sampleWidth, model: count, origin: pool.origin)
    }
    let scaling =
      fitted?.scaling ?? FittedScaling(configuration.featureScaling, fittedTo: pool, samples: split.training)
    let preprocessing = Preprocessing(scaling: scaling, fingerprint: pool.fingerprint)
    pool.scale(by: scaling)
    var ownTest: DataPart?
    if var own = loaded.test {
      own.scale(by: scaling)
      ownTest = DataPart(source: .table(own), samples: Array(0..<own.count))
    }
    func part(_ samples: [Int]) -> DataPart? {
      samples.isEmpty ? nil : DataPart(source: .table(pool), samples: samples)
    }
    training = DataPart(source: .table(pool), samples: split.training)
    validation = part(split.validation)
    test = ownTest ?? part(split.test)
    tokenizer = nil
    self.preprocessing = preprocessing
    notes = []
  }

  /// Texts that are samples are shared out at random, as the rows of a table are.
  private init(_ texts: SequenceDataset, _ configuration: DataConfiguration, _ key: RandomKey) throws {
    let split = try DataSplit(
      sampleCount: texts.count, validationFraction: configuration.validation, testFraction: configuration.test,
      key: key)
    func part(_ samples: [Int]) -> DataPart? {
      samples.isEmpty ? nil : DataPart(source: .sequences(texts), samples: samples)
    }
    training = DataPart(source: .sequences(texts), samples: split.training)
    validation = part(split.validation)
    test = part(split.test)
    tokenizer = texts.tokenizer
    var preprocessing = Preprocessing(scaling: .identity, fingerprint: texts.fingerprint)
    if case .classes(_, let names) = texts.targets { preprocessing.classNames = names }
    self.preprocessing = preprocessing
    notes = texts.notes
  }

  private init(_ text: LoadedText) {
    training = DataPart(text.training)
    validation = text.validation.map { DataPart($0) }
    test = text.test.map { DataPart($0) }
    tokenizer = text.tokenizer
    preprocessing = Preprocessing(scaling: .identity, fingerprint: text.fingerprint)
    notes = []
  }
}
