import Checkpoints
import Collectives
import FoundationEssentials

/// The checkpoint a run begins at, if any. Rank 0 has read it; the others know what it says about the training.
struct RunStart {
  let record: TrainingRecord?
  /// Where it was found, for messages.
  let path: String
  /// Rank 0's: the tensors.
  let loaded: LoadedCheckpoint?

  /// Rank 0 looks for the checkpoint and tells the others. Damaged ones that were passed over are noted on the display.
  static func find(
    _ resume: ResumePolicy, in directory: RunDirectory, _ environment: RunEnvironment
  ) throws -> RunStart {
    let group = environment.group
    let loaded = try group.agree {
      group.rank == 0 ? try load(resume, in: directory, environment) : nil
    }
    var message = Message(record: loaded?.manifest.training, path: loaded?.path ?? directory.path)
    var bytes = group.rank == 0 ? [UInt8](try JSONEncoder().encode(message)) : []
    try group.broadcast(&bytes, from: 0)
    message = try JSONDecoder().decode(Message.self, from: Data(bytes))
    return RunStart(record: message.record, path: message.path, loaded: loaded)
  }

  private struct Message: Codable {
    var record: TrainingRecord?
    var path: String
  }

  private static func load(
    _ resume: ResumePolicy, in directory: RunDirectory, _ environment: RunEnvironment
  ) throws -> LoadedCheckpoint? {
    func store(_ path: String) -> CheckpointStore { CheckpointStore(directory: path, fileSystem: environment.fileSystem) }
    func note(_ skipped: SkippedCheckpoint) { environment.display.note("\(skipped)") }
    switch resume {
    case .none:
      return nil
    case .automatic:
      return try store(directory.checkpoints).newest(skipping: note)
    case .from(let path):
      let isCheckpoint = try environment.fileSystem.exists(path + "/MANIFEST.json")
      if isCheckpoint { return try store(path).load(path: path) }
      let run = RunDirectory(path)
      let holder = try environment.fileSystem.exists(run.checkpoints) ? run.checkpoints : path
      guard let newest = try store(holder).newest(skipping: note) else { throw TrainingError.noCheckpoint(path: path) }
      return newest
    }
  }
}
