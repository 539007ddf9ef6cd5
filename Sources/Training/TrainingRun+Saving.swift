import Checkpoints
import Failures
import Files

extension TrainingRun {
  private var store: CheckpointStore {
    CheckpointStore(
      directory: directory.checkpoints, keepLast: configuration.checkpoint.keep,
      keepEvery: configuration.checkpoint.keepEvery,
      fileSystem: BeatingFileSystem(base: environment.fileSystem, pulse: environment.pulse))
  }

  /// Throws where checkpoints could not be saved.
  func makeSaver() throws -> CheckpointSaver {
    let entries = parameters.layout.entries
    let parameters = entries.map { $0.signature(prefix: "") }
    let state = optimizer.prefixedState.flatMap { prefix, _ in
      entries.filter { $0.role == .trained }.map { $0.signature(prefix: prefix) }
    }
    let size = CheckpointShares(parameters: parameters, optimizerState: state).byteCount
    let writers = try environment.writers(of: store, checkpointByteCount: size)
    let holders = reduction.stateHolders.filter(writers.contains)
    let ordered = holders + writers.filter { !holders.contains($0) }
    let shares = CheckpointShares(
      parameters: parameters, optimizerState: state, writers: ordered.count, stateWriters: holders.count)
    saveBegan = environment.clock()
    return CheckpointSaver(store, shares, writers: ordered, reduction: reduction, group: group)
  }

  /// What this rank tells the others with a step's losses.
  func signals(_ saver: CheckpointSaver) -> StepSignals {
    var signals = StepSignals()
    signals.interrupted = environment.isInterrupted() ? 1 : 0
    signals.finishedSaving = saver.hasFinished ? 1 : 0
    signals.saveDue = group.rank == 0 && isTimeToSave(saver) ? 1 : 0
    return signals
  }

  private func isTimeToSave(_ saver: CheckpointSaver) -> Bool {
    let seconds = configuration.checkpoint.everySeconds
    return seconds > 0 && saver.isIdle && environment.clock() - saveBegan >= seconds
  }

  /// After a step that is not the last: goes on with the save under way, and begins the next where it is due. Where the one
  /// before is not done by then, training waits for it, so that the steps that are saved follow from the configuration.
  func saveIfDue(_ signals: StepSignals, _ saver: CheckpointSaver) throws {
    try settle(saver.advance(finished: signals.finishedSaving))
    guard isDue(configuration.checkpoint.every) || signals.saveDue > 0 else { return }
    environment.pulse.enter(.saving)
    try settle(saver.finish())
    saveBegan = environment.clock()
    try settle(saver.begin(record()))
  }

  /// Saves where the run stands, and waits for it. Where that fails it is tried once more; a second failure ends every rank.
  func saveNow(_ saver: CheckpointSaver) throws {
    environment.pulse.enter(.saving)
    try settle(saver.finish())
    guard savedStep != state.step else { return }
    if case .failed(let failure, _) = try attempt(saver) {
      try refuseUnlessUnwritable(failure)
      environment.display.note("\(failure.message); it is tried once more")
      if case .failed(let failure, _) = try attempt(saver) { throw failure }
    }
  }

  private func attempt(_ saver: CheckpointSaver) throws -> CheckpointSaver.Outcome? {
    let outcome = try saver.begin(record()) ?? saver.finish()
    if case .saved? = outcome { try settle(outcome) }
    return outcome
  }

  /// Takes note of what became of a save. One that could not be written does not end the run.
  func settle(_ outcome: CheckpointSaver.Outcome?) throws {
    switch outcome {
    case nil: break
    case .saved(let saved, let step):
      (savedPath, savedStep) = (saved.path, step)
      environment.pulse.saved(step: step)
      if let failure = saved.cleanUpFailure { environment.display.note("old checkpoints stay: \(failure.message)") }
    case .failed(let failure, _):
      try refuseUnlessUnwritable(failure)
      environment.display.note("\(failure.message); training goes on, and \(nextAttempt)")
    }
  }

  private func refuseUnlessUnwritable(_ failure: any UserFacingError) throws {
    guard failure.exitStatus == .cannotWrite else { throw failure }
  }

  private var nextAttempt: String {
    let (every, seconds) = (configuration.checkpoint.every, configuration.checkpoint.everySeconds)
    let step = every > 0 ? min((state.step / every + 1) * every, totalSteps) : totalSteps
    return "saves again \(seconds > 0 ? "within \(seconds) seconds, or " : "")at step \(step)"
  }

  private func record() throws -> TrainingRecord {
    TrainingRecord(
      progress: TrainingRecord.Progress(
        step: state.step, samplesSeen: state.step * trainer.plan.batchSize, lanes: trainer.plan.lanes,
        batchSize: trainer.plan.batchSize, seed: configuration.training.seed),
      optimizer: configuration.optimizer.kind.rawValue,
      model: .object(
        [
          "description": .string(model.model.description), "configuration": .string(configuration.resolvedYAML),
        ].merging(try model.description?.members() ?? [:]) { $1 }),
      preprocessing: try JSONValue(encoding: data.preprocessing), state: try JSONValue(encoding: state),
      configurationFingerprint: configuration.fingerprint)
  }
}
