import Checkpoints

/// A small model's tensors and a training record, all made from one number.
struct SampleCheckpoint {
  static let signatures = [
    TensorSignature(name: "0.weight", shape: [3, 2]), TensorSignature(name: "0.bias", shape: [3]),
  ]

  let step: Int
  let variant: Float

  init(step: Int, variant: Float = 0) {
    self.step = step
    self.variant = variant
  }

  var weight: [Float] { (0..<6).map { Float($0) * 0.1 + Float(step) + variant } }
  var bias: [Float] { [-0.0, .leastNonzeroMagnitude, Float(step) - variant] }
  var moment: [Float] { (0..<6).map { Float($0) * 1e-30 + variant } }

  var training: TrainingRecord {
    TrainingRecord(
      progress: .init(step: step, samplesSeen: 64 * step, lanes: 4, batchSize: 64, seed: .max), optimizer: "adam",
      model: .object(["kind": .string("mlp"), "sizes": .array([.integer(2), .integer(3)])]),
      preprocessing: .object(["mean": .array([.number(0.1), .null])]),
      state: .object(["best": .number(-1.5e-7), "patient": .boolean(true)]), configurationFingerprint: "c0ffee")
  }

  /// Calls `body` with a checkpoint whose memory is valid meanwhile.
  func withCheckpoint<Result>(_ body: (Checkpoint) throws -> Result) rethrows -> Result {
    try weight.withUnsafeBufferPointer { weight in
      try bias.withUnsafeBufferPointer { bias in
        try moment.withUnsafeBufferPointer { moment in
          try body(
            Checkpoint(
              training: training,
              parameters: [
                NamedTensor(name: "0.weight", shape: [3, 2], memory: weight),
                NamedTensor(name: "0.bias", shape: [3], memory: bias),
              ], optimizerState: [NamedTensor(name: "adam.m/0.weight", shape: [3, 2], memory: moment)]))
        }
      }
    }
  }

  @discardableResult
  func save(to store: CheckpointStore) throws -> SavedCheckpoint {
    try withCheckpoint { try store.save($0) }
  }

  /// Whether `checkpoint` holds exactly this one's bits.
  func isEqual(to checkpoint: LoadedCheckpoint) throws -> Bool {
    try checkpoint.manifest.training == training
      && checkpoint.parameter("0.weight", [3, 2]).map(\.bitPattern) == weight.map(\.bitPattern)
      && checkpoint.parameter("0.bias", [3]).map(\.bitPattern) == bias.map(\.bitPattern)
      && checkpoint.optimizerState("adam.m/0.weight", [3, 2]).map(\.bitPattern) == moment.map(\.bitPattern)
  }
}

extension LoadedCheckpoint {
  func parameter(_ name: String, _ shape: [Int]) throws -> [Float] {
    var values = [Float](repeating: .nan, count: shape.reduce(1, *))
    try values.withUnsafeMutableBufferPointer { try copyParameter(named: name, shape: shape, into: $0) }
    return values
  }

  func optimizerState(_ name: String, _ shape: [Int]) throws -> [Float] {
    var values = [Float](repeating: .nan, count: shape.reduce(1, *))
    try values.withUnsafeMutableBufferPointer { try copyOptimizerState(named: name, shape: shape, into: $0) }
    return values
  }
}

extension CheckpointStore {
  /// The newest good checkpoint, and the names and damages of those passed over.
  func newestAndSkipped() throws -> (LoadedCheckpoint?, [SkippedCheckpoint]) {
    var skipped: [SkippedCheckpoint] = []
    let newest = try newest { skipped.append($0) }
    return (newest, skipped)
  }
}
