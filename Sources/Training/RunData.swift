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
    let loaded = try configuration.source.load()
    var pool = loaded.pool
    let split = try DataSplit(
      sampleCount: pool.count, validationFraction: configuration.validation,
      testFraction: loaded.test == nil ? configuration.test : 0, key: key)
    let scaling = FittedScaling(configuration.featureScaling, fittedTo: pool, samples: split.training)
    preprocessing = Preprocessing(scaling: scaling, fingerprint: pool.fingerprint)
    pool.scale(by: scaling)
    training = DataPart(dataset: pool, samples: split.training)
    validation = split.validation.isEmpty ? nil : DataPart(dataset: pool, samples: split.validation)
    if var own = loaded.test {
      own.scale(by: scaling)
      test = DataPart(dataset: own, samples: Array(0..<own.count))
    } else {
      test = split.test.isEmpty ? nil : DataPart(dataset: pool, samples: split.test)
    }
  }
}

extension DataConfiguration {
  var source: DataSource {
    switch kind {
    case .digits: .digits
    case .idx: .idx(directory: path.string)
    case .csv:
      .csv(CSVOptions(path: path.string, label: csvLabel, header: csvHeader, task: csvTask))
    }
  }

  var featureScaling: FeatureScaling {
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
