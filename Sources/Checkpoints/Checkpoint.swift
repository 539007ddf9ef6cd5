import Files

/// What a checkpoint says about the training it was taken from, besides the tensors.
///
/// `model`, `preprocessing` and `state` belong to the trainer: they are stored and given back as they are.
public struct TrainingRecord: Codable, Hashable, Sendable {
  /// How far training had come, and what its randomness and data order follow from.
  public struct Progress: Codable, Hashable, Sendable {
    /// Optimizer steps done.
    public var step: Int
    /// Training samples seen, repetitions counted.
    public var samplesSeen: Int
    /// Micro-batches per step.
    public var lanes: Int
    /// Samples per step.
    public var batchSize: Int
    public var seed: UInt64

    public init(step: Int, samplesSeen: Int, lanes: Int, batchSize: Int, seed: UInt64) {
      self.step = step
      self.samplesSeen = samplesSeen
      self.lanes = lanes
      self.batchSize = batchSize
      self.seed = seed
    }

    enum CodingKeys: String, CodingKey {
      case step, lanes, seed
      case samplesSeen = "samples_seen"
      case batchSize = "batch_size"
    }
  }

  public var progress: Progress
  /// The kind of optimizer: `adam`, `sgd`, ...
  public var optimizer: String
  /// The architecture, enough to build the model again.
  public var model: JSONValue
  /// What was learned from the training data before training: scalers, vocabularies.
  public var preprocessing: JSONValue
  /// What the trainer needs to go on exactly as it would have: early-stopping counters, best metric.
  public var state: JSONValue
  /// Differs where the configuration differs in anything that changes the trained bits.
  public var configurationFingerprint: String

  public init(
    progress: Progress, optimizer: String, model: JSONValue, preprocessing: JSONValue = .null,
    state: JSONValue = .null, configurationFingerprint: String
  ) {
    self.progress = progress
    self.optimizer = optimizer
    self.model = model
    self.preprocessing = preprocessing
    self.state = state
    self.configurationFingerprint = configurationFingerprint
  }

  enum CodingKeys: String, CodingKey {
    case progress, optimizer, model, preprocessing, state
    case configurationFingerprint = "configuration_fingerprint"
  }
}

/// Everything a checkpoint is to hold. The tensors' memory is borrowed until ``CheckpointStore/save(_:)`` returns.
public struct Checkpoint {
  public var training: TrainingRecord
  public var parameters: [NamedTensor]
  /// Named after the parameter they belong to: `adam.m/<name>`, `adam.v/<name>`.
  public var optimizerState: [NamedTensor]

  public init(training: TrainingRecord, parameters: [NamedTensor], optimizerState: [NamedTensor]) {
    self.training = training
    self.parameters = parameters
    self.optimizerState = optimizerState
  }
}
