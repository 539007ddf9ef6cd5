import Checkpoints
import Collectives
import Files
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
    let (files, display) = (environment.fileSystem, environment.display)
    switch resume {
    case .none:
      return nil
    case .automatic:
      return try newest(in: directory.checkpoints, files, display)
    case .from(let path):
      if try files.exists(path + "/MANIFEST.json") {
        return try CheckpointStore(directory: path, fileSystem: files).load(path: path)
      }
      let run = RunDirectory(path)
      let holder = try files.exists(run.checkpoints) ? run.checkpoints : path
      guard let newest = try newest(in: holder, files, display) else { throw TrainingError.noCheckpoint(path: path) }
      return newest
    }
  }

  /// The newest good checkpoint in a folder; `nil` where none was ever finished. Where all that were finished are
  /// damaged, the user decides: beginning anew by itself would throw the training away.
  private static func newest(
    in folder: String, _ files: any FileSystem, _ display: any TrainingDisplay
  ) throws -> LoadedCheckpoint? {
    var areDamaged = false
    let newest = try CheckpointStore(directory: folder, fileSystem: files).newest { skipped in
      display.note("\(skipped)")
      if skipped.damage != .halfWritten { areDamaged = true }
    }
    if newest == nil, areDamaged { throw CheckpointFailure.noneSound(directory: folder) }
    return newest
  }
}
