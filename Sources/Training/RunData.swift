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

  /// What was done to the data before training, and to which data.
  struct Preprocessing: Codable, Equatable {
    /// Fitted on the training part.
    var scaling: FittedScaling
    /// Of the samples for training and validation, before scaling.
    var fingerprint: UInt64
  }

  /// - Parameters:
  ///   - objective: what the model is trained to say about texts.
  ///   - key: decides which sample goes to which part. A text is cut into stretches instead.
  ///   - threads: what may be computed at the same time; the result does not depend on it.
  init(
    _ configuration: DataConfiguration, objective: TextObjective.Kind, key: RandomKey, threads: Int
  ) throws {
    switch configuration.kind {
    case .digits: try self.init(DataSource.digits.load(), configuration, key)
    case .idx: try self.init(DataSource.idx(directory: configuration.path.string).load(), configuration, key)
    case .csv: try self.init(DataSource.csv(configuration.csvOptions).load(), configuration, key)
    case .text:
      let corpus = try CorpusReader(path: configuration.path.string, field: configuration.field).read()
      self.init(
        try LoadedText(
          corpus, tokenizer: configuration.tokenizerChoice(), configuration.textOptions(objective), threads: threads))
    case .tokens:
      let files = try TokenCollection(path: configuration.path.string)
      let path = configuration.tokenizerPath?.string ?? files.tokenizerPath
      self.init(
        try LoadedText(
          files, tokenizer: path.map { try TokenizerFile.read(path: $0) }, vocabularySize: configuration.vocabulary,
          configuration.textOptions(objective)))
    }
  }

  private init(_ loaded: LoadedData, _ configuration: DataConfiguration, _ key: RandomKey) throws {
    var pool = loaded.pool
    let split = try DataSplit(
      sampleCount: pool.count, validationFraction: configuration.validation,
      testFraction: loaded.test == nil ? configuration.test : 0, key: key)
    let scaling = FittedScaling(configuration.featureScaling, fittedTo: pool, samples: split.training)
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
  }

  private init(_ text: LoadedText) {
    training = DataPart(text.training)
    validation = text.validation.map { DataPart($0) }
    test = text.test.map { DataPart($0) }
    tokenizer = text.tokenizer
    preprocessing = Preprocessing(scaling: .identity, fingerprint: text.fingerprint)
  }
}

extension ModelConfiguration {
  /// What the model is trained to say about a text.
  func objective(_ pretrained: PretrainedModel?) -> TextObjective.Kind {
    switch (kind, pretrained?.description.architecture.family) {
    case (.bert, _), (.pretrained, .bert): .masked
    case (.t5, _), (.pretrained, .t5): .spans
    default: .nextToken
    }
  }
}

extension DataConfiguration {
  fileprivate func tokenizerChoice() throws(ConfigurationError) -> TokenizerChoice {
    switch tokenizer {
    case .bytes: return .bytes
    case .characters: return .characters
    case .bpe:
      guard let vocabulary else {
        throw ConfigurationError("data.vocabulary is auto", remedy: "Say how many tokens bpe is to learn.")
      }
      return .bytePairs(vocabularySize: vocabulary)
    case .file:
      guard let tokenizerPath else {
        throw ConfigurationError("data.tokenizer_path is auto", remedy: "Give a tokenizer.json.")
      }
      return .file(path: tokenizerPath.string)
    }
  }

  fileprivate func textOptions(_ objective: TextObjective.Kind) -> LoadedText.Options {
    LoadedText.Options(context: context, validation: validation, test: test, objective: objective)
  }

  fileprivate var csvOptions: CSVOptions {
    CSVOptions(path: path.string, label: csvLabel, header: csvHeader, task: csvTask)
  }

  fileprivate var featureScaling: FeatureScaling {
    switch scaling {
    case .none: .none
    case .minMax: .minMax
    case .zScore: .zScore
    }
  }

  private var csvHeader: CSVOptions.HeaderRow {
    switch header {
    case .auto: .automatic
    case .present: .yes
    case .absent: .no
    }
  }

  private var csvTask: LearningTask { task == .regression ? .regression : .classification }

  private var csvLabel: CSVOptions.LabelColumn {
    switch label {
    case .last: .last
    case .name(let name): .name(name)
    case .number(let number): .number(number)
    }
  }
}
