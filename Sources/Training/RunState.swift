import Checkpoints

/// What changes as a run goes on, besides parameters and optimizer state. It is saved with every checkpoint.
struct RunState: Codable, Equatable {
  /// Steps done.
  var step = 0
  var earlyStopping: EarlyStopping?
  /// The last evaluation on the validation part.
  var validation: EvaluationResult?
  /// The losses of the steps since the last line of the log.
  var lossSum = 0.0
  var lossCount = 0
  /// Their mean; right after a line, that line's.
  var recentLoss = 0.0
  /// Steps whose update was left out because a value was not finite; absent where there was none.
  var skippedSteps: Int?
  /// Time spent in steps, over all the launches of the run.
  var trainingSeconds = 0.0

  /// The state in `record`, or that of a run not yet begun. Early stopping goes on as the configuration now has it.
  init(continuing record: TrainingRecord?, stopping: EarlyStoppingConfiguration?) throws {
    if let record { self = try record.state.decoded(as: RunState.self) }
    guard let stopping else {
      earlyStopping = nil
      return
    }
    let same = earlyStopping.map { $0.patience == stopping.patience && $0.minimumDelta == stopping.minimumDelta }
    if same != true {
      earlyStopping = EarlyStopping(patience: stopping.patience, minimumDelta: stopping.minimumDelta)
    }
  }

  var hasStoppedEarly: Bool { earlyStopping?.hasStopped ?? false }

  mutating func observe(loss: Double) {
    lossSum += loss
    lossCount += 1
    recentLoss = lossSum / Double(lossCount)
  }
}
