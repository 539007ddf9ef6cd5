import Checkpoints
import Collectives
import Datasets
import Files
import KernelInterface
import Optimizers
import TensorCore

/// Where a run begins.
public enum ResumePolicy: Equatable, Sendable {
  /// At the run directory's newest good checkpoint, or at the start where there is none.
  case automatic
  /// At the start; checkpoints of an earlier run in the directory are set aside.
  case none
  /// At the checkpoint in a folder: a checkpoint's, or a run's with several.
  case from(String)
}

/// A training run: everything made ready from a configuration, and the loop.
///
///     let run = try TrainingRun(configuration, directory: RunDirectory("runs/digits"), resume: .automatic, in: environment)
///     let summary = try run.train()
///     try run.close()
///
/// Every rank makes one and calls the same. Only rank 0 reads checkpoints and writes files; the ranks need no common
/// file system except for the data.
public final class TrainingRun {
  /// With the lanes settled.
  public let configuration: RunConfiguration
  let directory: RunDirectory
  let environment: RunEnvironment
  let data: RunData
  let model: TrainingModel
  let reduction: any Reduction
  let trainer: Trainer
  let totalSteps: Int
  var state: RunState
  /// The newest checkpoint of this run; `nil` until there is one. Ranks other than the first know its folder only.
  var savedPath: String?
  /// The last step that this launch has saved.
  var savedStep: Int?
  /// When this rank last began to save, by the environment's clock.
  var saveBegan = 0.0
  /// Rank 0's: nobody else works in the run's folder while this run lives.
  private var lock: FileLock?

  /// Reads the data and the checkpoint, checks that they fit the configuration, and writes config.yaml. Nothing is
  /// written where anything is wrong.
  public convenience init(
    _ configuration: RunConfiguration, directory: RunDirectory, resume: ResumePolicy, in environment: RunEnvironment
  ) throws {
    let directory = RunDirectory(directory.path, checkpoints: configuration.checkpoint.path)
    let (group, files) = (environment.group, environment.fileSystem)
    let (wasThere, early) = try group.agree {
      guard group.rank == 0, try files.exists(directory.path) else { return (false, FileLock?.none) }
      return (true, try environment.lock(directory, waiting: environment.patience.lock))
    }
    try self.init(
      configuration, directory: directory, start: RunStart.find(resume, in: directory, environment), in: environment)
    lock = early
    try group.agree {
      guard group.rank == 0, !wasThere else { return }
      lock = try environment.makeDirectory(directory)
    }
    try prepareDirectory(resume)
  }

  /// A run of which some steps are only measured (`measure`): it begins anew, reads the data, and leaves nothing on disk.
  public convenience init(
    measuring steps: Int, of configuration: RunConfiguration, in environment: RunEnvironment
  ) throws {
    precondition(steps > 0, "a measurement of \(steps) steps")
    var configuration = configuration
    configuration.training.steps = Self.warmUpSteps + steps
    try self.init(
      configuration, directory: RunDirectory(""), start: RunStart(record: nil, path: "", loaded: nil), in: environment)
  }

  private init(
    _ configuration: RunConfiguration, directory: RunDirectory, start: RunStart, in environment: RunEnvironment
  ) throws {
    let group = environment.group
    let seed = RandomKey(seed: configuration.training.seed)
    let settled = try group.agree {
      try configuration.settled(ranks: group.size, resuming: start.record, otherwise: environment.defaultLanes)
    }
    let pretrained = try group.agree {
      try PretrainedModel(of: settled.model, environment.fileSystem, note: environment.display.note)
    }
    let data = try group.agree {
      try RunData(
        settled.data, objective: settled.model.objective(pretrained), key: seed.derived(.split),
        threads: environment.backend.threads.size)
    }
    for note in data.notes { environment.display.note(note) }
    let model = try group.agree { try TrainingModel(settled, from: pretrained, fitting: data.training) }
    let lanes = settled.training.lanes ?? group.size
    let plan = try group.agree {
      try ShardPlan(
        sampleCount: data.training.samples.count, batchSize: settled.training.batch, lanes: lanes,
        key: seed.derived(.shuffle))
    }
    let totalSteps = settled.training.steps ?? plan.steps(forEpochs: settled.training.epochs)
    self.configuration = settled
    self.directory = directory
    self.environment = environment
    self.data = data
    self.model = model
    self.totalSteps = totalSteps
    try environment.requireSameInputs(configuration: settled, data: data)
    reduction = try ReductionRequest(
      configuration: settled, model: model.model,
      initialize: { try model.initialize($0, key: seed.derived(.initialization)) }, lanes: lanes,
      environment: environment
    ).make()
    trainer = Trainer(
      model: model, data: data.training, plan: plan,
      schedule: settled.optimizer.learningRateSchedule(totalSteps: totalSteps),
      maximumNorm: settled.training.clipNorm.map(Float.init), onNonFinite: settled.training.onNonFinite,
      reduction: reduction, group: group, pulse: environment.pulse, randomness: seed.derived(.dropout),
      hiding: seed.hiding)
    state = try RunState(continuing: start.record, stopping: settled.training.earlyStopping)
    savedPath = start.record != nil && start.path.hasPrefix(directory.checkpoints + "/") ? start.path : nil
    try restore(from: start)
    if start.record != nil { environment.pulse.saved(step: state.step) }
  }

  var parameters: Arena { reduction.parameters }
  var optimizer: Optimizer { reduction.optimizer }

  /// Gives the memory of parameters and gradients back; the run is of no use afterwards. A collective.
  public func close() throws { try reduction.free() }

  /// Steps done so far.
  public var step: Int { state.step }

  var group: any ProcessGroup { environment.group }

  /// Throws `error`, which every rank has come to, so that one of them reports it.
  func fail(_ error: TrainingError) throws {
    try group.agree { if group.rank == 0 { throw error } }
  }
}

extension RunConfiguration {
  /// This configuration with the lanes settled: those of the run that is resumed, or the ranks of the first launch.
  fileprivate func settled(
    ranks: Int, resuming record: TrainingRecord?, otherwise defaultLanes: Int?
  ) throws -> RunConfiguration {
    let lanes = training.lanes ?? record?.progress.lanes ?? defaultLanes ?? ranks
    let settled = try with(lanes: lanes)
    guard ranks <= lanes else { throw TrainingError.moreRanksThanLanes(ranks: ranks, lanes: lanes) }
    return settled
  }

  /// Throws unless the checkpoint in `path` was trained by a configuration that trains to the same bits.
  func check(against record: TrainingRecord, path: String) throws {
    let ours = fingerprint.split(separator: "\n").map(String.init)
    let theirs = record.configurationFingerprint.split(separator: "\n").map(String.init)
    let (here, there) = (ours.filter { !theirs.contains($0) }, theirs.filter { !ours.contains($0) })
    guard let first = here.first ?? there.first else { return }
    let key = String(first.prefix { $0 != ":" })
    func value(in lines: [String]) -> String {
      lines.first { $0.hasPrefix(key + ": ") }.map { String($0.dropFirst(key.count + 2)) } ?? "absent"
    }
    throw TrainingError.otherConfiguration(
      directory: path, key: key, here: value(in: here), there: value(in: there),
      others: Set((here + there).map { $0.prefix { $0 != ":" } }).count - 1)
  }
}

extension OptimizerConfiguration {
  var options: OptimizerOptions {
    let (beta1, beta2, epsilon) = (Float(beta1), Float(beta2), Float(epsilon))
    let method: OptimizerOptions.Method =
      switch kind {
      case .sgd: .sgd(momentum: Float(momentum))
      case .rmsprop: .rmsProp(decay: Float(decay), epsilon: epsilon)
      case .adam: .adam(beta1: beta1, beta2: beta2, epsilon: epsilon)
      case .adamw: .adamW(beta1: beta1, beta2: beta2, epsilon: epsilon)
      }
    return OptimizerOptions(
      method, weightDecay: Float(weightDecay), decayed: decayed == .all ? .all : .matrices)
  }

  func learningRateSchedule(totalSteps: Int) -> LearningRateSchedule {
    let curve: LearningRateSchedule.Curve =
      switch schedule.kind {
      case .constant: .constant
      case .cosine: .cosine(minimum: Float(schedule.minimum))
      case .step: .step(every: schedule.every, factor: Float(schedule.factor))
      }
    return LearningRateSchedule(
      curve, baseRate: Float(learningRate), warmupSteps: schedule.warmup, totalSteps: totalSteps)
  }
}
