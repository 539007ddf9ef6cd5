import Collectives
import TensorCore

extension TrainingRun {
  /// Trains to the end and evaluates the result on every part of the data.
  ///
  /// - Throws: `TrainingError.interrupted` after a signal, with everything saved; a file system's error where
  ///   something cannot be written.
  public func train() throws -> RunSummary {
    let saver = try makeSaver()
    let log = try group.agree {
      group.rank == 0
        ? try MetricsLog(
          path: directory.metrics, keepingThrough: state.step, fileSystem: environment.fileSystem) : nil
    }
    var session = Session()
    while state.step < totalSteps && !state.hasStoppedEarly {
      let outcome = try step(&session, saver)
      var metrics = try logIfDue(outcome, session)
      try evaluateIfDue(&metrics, session)
      if let metrics { try endingSaved(saver) { try group.agree { try log?.append(metrics) } } }
      environment.display.update(progress(session))
      let isOver = state.step == totalSteps || state.hasStoppedEarly
      let isInterrupted = outcome.signals.interrupted > 0
      if isOver || isInterrupted {
        try saveNow(saver)
      } else {
        try session.timeSaving { try saveIfDue(outcome.signals, saver) }
      }
      if isInterrupted && !isOver {
        environment.display.finish()
        try fail(.interrupted(step: state.step, directory: directory.path))
      }
    }
    // No step was left to do, and what the run began at was not its own.
    if savedPath == nil { try saveNow(saver) }
    try group.agree { try log?.close() }
    environment.display.finish()
    return try summarize(session)
  }

  /// One launch's share of a run.
  struct Session {
    private let clock = ContinuousClock()
    let start: ContinuousClock.Instant
    /// Seconds of each step, evaluations and saving not counted.
    var stepSeconds: [Double] = []
    var times: [StepTimes] = []
    /// How long training waited for checkpoints before it went on; for the last one nothing waits.
    private(set) var saveSeconds = 0.0

    init() { start = clock.now }

    var seconds: Double { (clock.now - start) / .seconds(1) }

    mutating func time<Result>(_ body: () throws -> Result) rethrows -> Result {
      let begin = clock.now
      defer { stepSeconds.append((clock.now - begin) / .seconds(1)) }
      return try body()
    }

    mutating func timeSaving(_ body: () throws -> Void) rethrows {
      let begin = clock.now
      defer { saveSeconds += (clock.now - begin) / .seconds(1) }
      try body()
    }
  }

  /// Does something that fails on every rank or on none. Before it ends the run, the save under way gets done: the next launch
  /// goes on from there.
  private func endingSaved<Value>(_ saver: CheckpointSaver, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch {
      try settle(saver.finish())
      throw error
    }
  }

  private func step(_ session: inout Session, _ saver: CheckpointSaver) throws -> Trainer.StepOutcome {
    let wantsNorm = (state.step + 1).isMultiple(of: configuration.training.logEvery)
    do {
      let outcome = try session.time {
        try trainer.run(step: state.step, wantsNorm: wantsNorm) { signals(saver) }
      }
      state.step += 1
      environment.pulse.finished(step: state.step)
      if outcome.isSkipped {
        state.skippedSteps = (state.skippedSteps ?? 0) + 1
      } else {
        state.observe(loss: outcome.loss)
      }
      session.times.append(outcome.times)
      state.trainingSeconds += session.stepSeconds.last ?? 0
      return outcome
    } catch let error as TrainingError {
      environment.display.finish()
      try endingSaved(saver) { try fail(error) }
      throw error
    }
  }

  private func logIfDue(_ outcome: Trainer.StepOutcome, _ session: Session) throws -> MetricRecord? {
    guard isDue(configuration.training.logEvery) else { return nil }
    defer { (state.lossSum, state.lossCount) = (0, 0) }
    return MetricRecord(
      step: state.step, epoch: epoch, trainingLoss: state.recentLoss, learningRate: Double(outcome.learningRate),
      gradientNorm: outcome.gradientNorm, samplesPerSecond: samplesPerSecond(session))
  }

  /// Evaluates on the validation part where it is time, and asks early stopping.
  private func evaluateIfDue(_ metrics: inout MetricRecord?, _ session: Session) throws {
    guard let part = data.validation, isEvaluationDue else { return }
    let result = try evaluate(part)
    state.validation = result
    _ = state.earlyStopping?.observe(result.loss)
    var record = metrics ?? MetricRecord(step: state.step, epoch: epoch)
    record.validationLoss = result.loss
    record.validationAccuracy = result.accuracy
    metrics = record
    environment.display.evaluated(progress(session))
  }

  private var isEvaluationDue: Bool {
    if let every = configuration.training.evaluateEvery { return isDue(every) }
    return trainer.plan.endsEpoch(step: state.step - 1)
  }

  func evaluate(_ part: DataPart) throws -> EvaluationResult {
    environment.pulse.enter(.evaluating)
    let evaluator = Evaluator(
      model: model, parameters: parameters, group: group, whenChunkIsDone: environment.pulse.beat)
    return try evaluator.evaluate(part)
  }

  func isDue(_ every: Int) -> Bool { every > 0 && state.step.isMultiple(of: every) }

  /// Passes over the training part done.
  var epoch: Double { Double(state.step * trainer.plan.batchSize) / Double(trainer.plan.sampleCount) }

  /// Over the steps since the last line of the log, at most a hundred: it is asked after every step.
  private func samplesPerSecond(_ session: Session) -> Double {
    let recent = session.stepSeconds.suffix(min(configuration.training.logEvery, 100))
    let seconds = recent.reduce(0, +)
    return seconds > 0 ? Double(recent.count * trainer.plan.batchSize) / seconds : 0
  }

  private func progress(_ session: Session) -> TrainingProgress {
    let done = session.stepSeconds.count
    return TrainingProgress(
      step: state.step, totalSteps: totalSteps, epoch: epoch,
      totalEpochs: max(1, trainer.plan.completedEpochs(afterSteps: totalSteps)),
      loss: state.recentLoss, validation: state.validation, samplesPerSecond: samplesPerSecond(session),
      tokensPerSample: data.training.context,
      secondsLeft: done == 0 ? nil : session.seconds / Double(done) * Double(totalSteps - state.step))
  }
}
