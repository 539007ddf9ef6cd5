import Checkpoints
import Collectives
import Failures
import FoundationEssentials
import TensorCore

/// Saves checkpoints while training goes on: at the end of a step every rank copies its share of the parameters and the
/// optimizer's state, and a thread of each writes it.
///
///     begin      rank 0 makes the folder; all copy their share         [training waits]
///     writing    every rank writes its files, hashes them, syncs       [background]
///     committing rank 0 writes the manifest, renames, reads all back,
///                removes what is obsolete                              [background]
///
/// From one phase to the next all ranks go after the same step: each tells in the step's small all-reduce whether it is
/// done. There is one save at a time. All members but `hasFinished` are collectives.
final class CheckpointSaver {
  private enum Phase {
    case idle
    case writing(BackgroundWork<ShareReport>)
    /// On rank 0 with the work.
    case committing(BackgroundWork<Result<SavedCheckpoint, CheckpointSaveError>>?)
  }

  /// What became of a save. On ranks other than the first an error is `FailedElsewhere`.
  enum Outcome {
    case saved(Saved, step: Int)
    case failed(any UserFacingError, step: Int)
  }

  struct Saved {
    let path: String
    /// Rank 0's: old checkpoints that could not be removed.
    let cleanUpFailure: (any UserFacingError)?
  }

  private let store: CheckpointStore
  private let shares: CheckpointShares
  private let snapshot: CheckpointSnapshot?
  /// Goes on beside the first steps.
  private let allocation: BackgroundWork<Void>
  private let reduction: any Reduction
  private let group: any ProcessGroup
  private var phase = Phase.idle
  private var record: TrainingRecord?

  /// - Parameters:
  ///   - shares: of the writers, in their order.
  ///   - writers: their ranks.
  init(
    _ store: CheckpointStore, _ shares: CheckpointShares, writers: [Int], reduction: any Reduction,
    group: any ProcessGroup
  ) {
    self.store = store
    self.shares = shares
    self.reduction = reduction
    self.group = group
    let snapshot = writers.firstIndex(of: group.rank).map { place in
      CheckpointSnapshot(
        shares.shares[place], parameters: reduction.parameters, optimizerState: reduction.optimizer.prefixedState)
    }
    self.snapshot = snapshot
    allocation = BackgroundWork { snapshot?.allocate() }
  }

  var isIdle: Bool { if case .idle = phase { true } else { false } }

  /// Whether this rank has done its part of the present phase.
  var hasFinished: Bool {
    switch phase {
    case .idle, .committing(nil): false
    case .writing(let work): work.isFinished
    case .committing(let work?): work.isFinished
    }
  }

  /// Begins to save what the arenas hold now; nothing else is under way.
  ///
  /// - Returns: the failure, where nothing could be begun.
  func begin(_ record: TrainingRecord) throws -> Outcome? {
    guard isIdle else { preconditionFailure("two saves at a time") }
    let step = record.progress.step
    self.record = record
    try reduction.gatherState()
    // Nobody may open a file before rank 0 has made the folder.
    let beginning = try share(group.rank == 0 ? store.failureToBegin(step: step) : nil, step: step)
    if let beginning { return .failed(beginning, step: step) }
    allocation.value()
    snapshot?.take()
    let (snapshot, store) = (snapshot, store)
    phase = .writing(BackgroundWork { ShareReport(writing: snapshot, to: store, step: step) })
    return nil
  }

  /// Goes on as far as all ranks are known to have come.
  ///
  /// - Parameter finished: how many ranks say `hasFinished`, the same number everywhere.
  func advance(finished: Int) throws -> Outcome? {
    switch phase {
    case .writing(let work) where finished == group.size: try commit(work.value())
    case .committing(let work) where finished > 0: return try end(work)
    default: break
    }
    return nil
  }

  /// Waits for the save under way, if there is one.
  func finish() throws -> Outcome? {
    if case .writing(let work) = phase { try commit(work.value()) }
    if case .committing(let work) = phase { return try end(work) }
    return nil
  }

  private func commit(_ report: ShareReport) throws {
    let reports = try group.allGather(report.encoded()).map(ShareReport.init(decoding:))
    guard group.rank == 0, let record else {
      phase = .committing(nil)
      return
    }
    let (store, shares) = (store, shares)
    phase = .committing(BackgroundWork { reports.committed(to: store, shares, record) })
  }

  private func end(_ work: BackgroundWork<Result<SavedCheckpoint, CheckpointSaveError>>?) throws -> Outcome? {
    phase = .idle
    guard let step = record?.progress.step else { preconditionFailure("a save without a record") }
    var failure: CheckpointSaveError?
    var cleanUpFailure: (any UserFacingError)?
    switch work?.value() {
    case .failure(let error): failure = error
    case .success(let saved): cleanUpFailure = saved.cleanUpFailure
    case nil: break
    }
    if let failure = try share(failure, step: step) { return .failed(failure, step: step) }
    return .saved(Saved(path: store.path(step: step), cleanUpFailure: cleanUpFailure), step: step)
  }

  /// Gives everybody rank 0's failure: the others as `FailedElsewhere`.
  private func share(_ failure: CheckpointSaveError?, step: Int) throws -> (any UserFacingError)? {
    let cause = failure?.cause(step: step)
    var status = [UInt8(truncatingIfNeeded: cause?.exitStatus.rawValue ?? 0)]
    try group.broadcast(&status, from: 0)
    guard status[0] != 0 else { return nil }
    return cause ?? FailedElsewhere(rank: 0, exitStatus: ExitStatus(rawValue: Int32(status[0])))
  }
}
