import Checkpoints
import Failures
import Files
import FoundationEssentials

/// Why a checkpoint was not saved.
enum CheckpointSaveError: Error {
  case notSaved(CheckpointFailure)
  /// Nobody could go on from there, and a good checkpoint might have to make room for it.
  case notFinite

  func cause(step: Int) -> any UserFacingError {
    switch self {
    case .notSaved(let failure): failure
    case .notFinite: TrainingError.parametersNotFinite(step: step)
    }
  }
}

/// What a rank tells about the files that it has written of a checkpoint.
struct ShareReport: Codable {
  private(set) var files: [CheckpointManifest.File] = []
  private(set) var failure: FileSystemError?
  private(set) var isFinite = true

  /// Writes a rank's share. Called in the background.
  init(writing snapshot: CheckpointSnapshot?, to store: CheckpointStore, step: Int) {
    guard let snapshot else { return }
    isFinite = snapshot.isFinite
    guard isFinite else { return }
    do throws(FileSystemError) {
      for file in snapshot.files { files.append(try store.write(file.tensors, named: file.name, step: step)) }
    } catch {
      failure = error
    }
  }

  func encoded() throws -> [UInt8] { [UInt8](try JSONEncoder().encode(self)) }

  init(decoding bytes: [UInt8]) throws { self = try JSONDecoder().decode(ShareReport.self, from: Data(bytes)) }
}

extension [ShareReport] {
  /// Commits what all ranks have written, or removes it where one of them has failed. Called in the background.
  func committed(
    to store: CheckpointStore, _ shares: CheckpointShares, _ record: TrainingRecord
  ) -> Result<SavedCheckpoint, CheckpointSaveError> {
    let step = record.progress.step
    do throws(FileSystemError) {
      for case let failure? in map(\.failure) { throw failure }
      guard allSatisfy(\.isFinite) else {
        try store.discard(step: step)
        return .failure(.notFinite)
      }
    } catch {
      return .failure(.notSaved(store.notSaved(step: step, error)))
    }
    do throws(CheckpointFailure) {
      return .success(try store.commit(record, shares, files: flatMap(\.files)))
    } catch {
      return .failure(.notSaved(error))
    }
  }
}

extension CheckpointStore {
  /// Why a save of a step cannot be begun; `nil` where it is.
  func failureToBegin(step: Int) -> CheckpointSaveError? {
    do throws(CheckpointFailure) {
      try begin(step: step)
      return nil
    } catch {
      return .notSaved(error)
    }
  }
}
