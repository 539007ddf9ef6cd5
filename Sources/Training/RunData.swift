import Datasets
import KernelInterface

/// The data of a run: read, split and scaled, the same on every rank.
struct RunData {
  let training: DataPart
  /// `nil` where nothing was kept for it.
  let validation: DataPart?
  let test: DataPart?
  /// What a checkpoint keeps.
  let preprocessing: Preprocessing

  /// What was done to the data before training, and to which data.
  struct Preprocessing: Codable, Equatable {
    /// Fitted on the training part.
    var scaling: FittedScaling
    /// Of the samples for training and validation, before scaling.
    var fingerprint: UInt64
  }

  /// - Parameter key: decides which sample goes to which part.
  init(_ configuration: DataConfiguration, key: RandomKey) throws {
    if let source = configuration.tableSource {
      try self.init(source.load(), configuration, key)
    } else {
      try self.init(
        TextDataset(path: configuration.path.string, context: configuration.context), configuration, key)
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
    self.init(.table(pool), split, ownTest: ownTest, preprocessing)
  }

  private init(_ text: TextDataset, _ configuration: DataConfiguration, _ key: RandomKey) throws {
    let split = try DataSplit(
      sampleCount: text.count, validationFraction: configuration.validation, testFraction: configuration.test, key: key)
    self.init(
      .text(text), split, ownTest: nil, Preprocessing(scaling: .identity, fingerprint: text.fingerprint))
  }

  private init(_ pool: DataPart.Source, _ split: DataSplit, ownTest: DataPart?, _ preprocessing: Preprocessing) {
    training = DataPart(source: pool, samples: split.training)
    validation = split.validation.isEmpty ? nil : DataPart(source: pool, samples: split.validation)
    test = ownTest ?? (split.test.isEmpty ? nil : DataPart(source: pool, samples: split.test))
    self.preprocessing = preprocessing
  }
}

extension DataConfiguration {
  /// Where samples with features come from; `nil` for a text.
  fileprivate var tableSource: DataSource? {
    switch kind {
    case .digits: .digits
    case .idx: .idx(directory: path.string)
    case .csv:
      .csv(CSVOptions(path: path.string, label: csvLabel, header: csvHeader, task: csvTask))
    case .text: nil
    }
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
