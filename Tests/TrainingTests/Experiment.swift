import Checkpoints
import Files
import FoundationEssentials
import Supervision
import TensorCore
import TestSupport

@testable import Training

/// A small training in a temporary folder that tests run on threads instead of processes, again and again.
///
/// The data are three clouds of points in five dimensions; the model 5-8-3 with dropout; four lanes of two samples. Reports
/// come every 3 steps and evaluations every 5, so that most steps end in the middle of something.
struct Experiment: Sendable {
  static let steps = 12
  static let rows = 90

  let folder: TemporaryFolder
  var overrides: [String] = []
  var fileSystem: any FileSystem = QuickFileSystem()
  /// Of ranks that have another than the rest.
  var ownFileSystems: [Int: any FileSystem] = [:]
  /// Each rank's clock; nobody looks at it by default.
  var clock: @Sendable (_ rank: Int) -> Double = { _ in 0 }
  /// What rank 0 tells its launcher.
  var pulse = RunPulse()

  init() throws {
    folder = try TemporaryFolder()
    try folder.write(cloudsTable(rows: Self.rows, spread: 0.5), to: "clouds.csv")
    try folder.write(
      """
      model: {kind: mlp, hidden: [8], activation: tanh, dropout: 0.25}
      data: {kind: csv, path: clouds.csv, validation: 0.2, test: 0.2, scaling: z_score}
      training: {steps: \(Self.steps), batch: 8, lanes: 4, log_every: 3, evaluate_every: 5, clip_norm: 1}
      optimizer: {kind: adam, learning_rate: 0.02, schedule: {kind: step, every: 4, factor: 0.7}}
      checkpoint: {every: 4, keep: 9}
      """, to: "clouds.yaml")
  }

  /// The same with other settings, in the same folder.
  func with(_ overrides: String...) -> Experiment { with(overrides) }

  func with(_ overrides: [String]) -> Experiment {
    var copy = self
    copy.overrides += overrides
    return copy
  }

  /// What one rank made of a run.
  struct Outcome: Sendable {
    let result: Result<RunSummary, any Error>
    let notes: [String]

    var error: (any Error)? {
      if case .failure(let error) = result { error } else { nil }
    }
  }

  /// Trains in the folder `run`, and gives every rank's summary; throws as the group does.
  @discardableResult
  func train(_ run: String, ranks: Int = 1, resume: ResumePolicy = .automatic) throws -> [RunSummary] {
    try outcomes(run, ranks: ranks, resume: resume).map { try $0.result.get() }
  }

  /// Trains in the folder `run`, and gives what every rank came to, errors included.
  ///
  /// - Parameter interruption: the rank that is asked to end while it computes the given step of this launch, from 1.
  func outcomes(
    _ run: String, ranks: Int = 1, resume: ResumePolicy = .automatic, interruption: (rank: Int, step: Int)? = nil,
    shareableByteCount: Int = .max
  ) throws -> [Outcome] {
    let configuration = try RunConfiguration.read(file: "\(folder.path)/clouds.yaml", overrides: overrides)
    let directory = RunDirectory("\(folder.path)/\(run)")
    let (fileSystem, ownFileSystems, clock, pulse) = (fileSystem, ownFileSystems, clock, pulse)
    return try InProcessGroup.run(ranks: ranks, shareableByteCount: shareableByteCount) { group in
      let display = NotingDisplay()
      var steps = 0
      let environment = RunEnvironment(
        group: group, backend: Backend(threads: 1), fileSystem: ownFileSystems[group.rank] ?? fileSystem,
        display: display,
        programDigest: { "" },
        isInterrupted: {
          steps += 1
          return interruption.map { $0.rank == group.rank && $0.step <= steps } ?? false
        }, pulse: group.rank == 0 ? pulse : RunPulse(), clock: { clock(group.rank) },
        patience: RunPatience(lock: 0, sharedFolder: 0))
      let result = Result {
        try TrainingRun(configuration, directory: directory, resume: resume, in: environment).train()
      }
      return Outcome(result: result, notes: display.notes)
    }
  }

  // MARK: - What a run left behind

  func checkpoints(_ run: String) -> CheckpointStore {
    CheckpointStore(directory: RunDirectory("\(folder.path)/\(run)").checkpoints, fileSystem: QuickFileSystem())
  }

  /// The newest checkpoint's tensors and the checksums of their values: equal where parameters and optimizer state are the
  /// same bits, whichever ranks have written them.
  func bits(_ run: String) throws -> [String] {
    guard let newest = try checkpoints(run).newest(skipping: { _ in }) else { return [] }
    return try newest.bits()
  }

  /// The lines of the metrics without the rates, which are times.
  func metrics(_ run: String) throws -> [MetricRecord] {
    try folder.text("\(run)/metrics.jsonl").split(separator: "\n").map { line in
      var record = try JSONDecoder().decode(MetricRecord.self, from: Data(line.utf8))
      record.samplesPerSecond = nil
      return record
    }
  }
}

extension LoadedCheckpoint {
  /// The names of all tensors and the checksums of their values.
  func bits() throws -> [String] {
    try (manifest.parameters + manifest.optimizerState).map { tensor in
      let digest = try values(of: tensor).withUnsafeBufferPointer {
        Checkpoints.parametersDigest(of: [NamedTensor(name: tensor.name, shape: tensor.shape, memory: $0)])
      }
      return "\(tensor.name) \(digest)"
    }
  }
}

/// Keeps what a run says.
final class NotingDisplay: TrainingDisplay {
  private(set) var notes: [String] = []

  func note(_ text: String) { notes.append(text) }
  func update(_ progress: TrainingProgress) {}
  func evaluated(_ progress: TrainingProgress) {}
  func finish() {}
}
