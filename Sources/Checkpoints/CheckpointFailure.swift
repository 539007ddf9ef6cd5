import Failures
import Files

/// Why a checkpoint could not be saved, found, loaded or used.
public enum CheckpointFailure: UserFacingError, Equatable {
  /// Nothing was committed; older checkpoints are as they were. `leftover` is set where even the half-written folder
  /// could not be removed.
  case notSaved(step: Int, directory: String, cause: FileSystemError, leftover: FileSystemError?)
  /// Everything was written without an error, but what was read back is something else. Older checkpoints are as they were.
  case notVerified(step: Int, directory: String, CheckpointDamage)
  /// Nothing can be saved there, as was found out before training.
  case unusable(directory: String, cause: FileSystemError)
  /// The disk has less room, in bytes, than checkpoints will take.
  case tooLittleSpace(directory: String, free: Int, needed: Int)
  case notFound(path: String)
  case damaged(path: String, CheckpointDamage)
  /// There are checkpoints, but not one of them verifies.
  case noneSound(directory: String)
  /// Two runs, given by the folders of their checkpoints, cannot be compared.
  case noCommonStep(first: String, second: String)
  /// The tensors differ from the model's, or the optimizer's: the first that does, and how many more do.
  case mismatch(path: String, of: Part, first: TensorDifference, others: Int)

  /// What a tensor belongs to.
  public enum Part: String, Sendable {
    case model, optimizer
  }

  public var exitStatus: ExitStatus {
    switch self {
    case .notSaved, .notVerified, .unusable, .tooLittleSpace: .cannotWrite
    case .notFound, .noCommonStep: .missingInput
    case .damaged, .noneSound, .mismatch: .badData
    }
  }

  public var message: String {
    switch self {
    case .notSaved(let step, let directory, let cause, let leftover):
      "the checkpoint of step \(step) was not saved in \(directory): \(cause.message); older checkpoints are untouched"
        + (leftover.map { "; what was written of it stays: \($0.message)" } ?? "")
    case .notVerified(let step, let directory, let damage):
      "the checkpoint of step \(step) was written in \(directory), but does not read back: \(damage); "
        + "older checkpoints are untouched"
    case .unusable(let directory, let cause):
      "checkpoints cannot be saved in \(directory): \(cause.message); training has not begun"
    case .tooLittleSpace(let directory, let free, let needed):
      "checkpoints need \(needed) bytes in \(directory), where \(free) are free; training has not begun"
    case .notFound(let path): "there is no checkpoint in \(path)"
    case .damaged(let path, let damage): "checkpoint \(path) cannot be used: \(damage)"
    case .noneSound(let directory): "every checkpoint in \(directory) is damaged"
    case .noCommonStep(let first, let second): "\(first) and \(second) have no checkpoints of the same step"
    case .mismatch(let path, let part, let first, let others):
      "\(path) is a checkpoint of another \(part.rawValue): \(first)"
        + (others == 0 ? "" : " (and \(others) more \(others == 1 ? "tensor differs" : "tensors differ"))")
    }
  }

  public var remedy: String? {
    switch self {
    case .notSaved(_, _, let cause, _): cause.remedy
    case .notVerified:
      "That disk loses what it is given: look into the system log, or let checkpoint.path name another one."
    case .unusable(_, let cause): cause.remedy ?? "Let checkpoint.path name another folder."
    case .tooLittleSpace: "Free space on that disk, or let checkpoint.path name a folder on another one."
    case .notFound: "Give a checkpoint folder (step-...), a folder of these, or a run's folder."
    case .damaged(_, .otherFormatVersion): "Use the version of revoada that wrote it, or a newer one."
    case .damaged: "Use another checkpoint: `revoada checkpoint verify DIR` tells which ones are sound."
    case .noneSound: "Restore them from a copy: `revoada checkpoint verify DIR` tells what is wrong with each."
    case .noCommonStep: "Give two checkpoints, or train both runs with the same checkpoint.every and enough of keep."
    case .mismatch: "Use the configuration it was trained with (see `revoada checkpoint inspect`), or start a new run."
    }
  }
}

/// How a tensor of a checkpoint differs from what the reader expects.
public enum TensorDifference: Equatable, Sendable, CustomStringConvertible {
  /// Expected, but not in the checkpoint.
  case missing(TensorSignature)
  /// In the checkpoint, but not expected.
  case unexpected(TensorSignature)
  case shape(name: String, expected: [Int], found: [Int])

  public var description: String {
    switch self {
    case .missing(let tensor): "it lacks tensor '\(tensor.name)' \(tensor.shape)"
    case .unexpected(let tensor): "its tensor '\(tensor.name)' \(tensor.shape) has no place here"
    case .shape(let name, let expected, let found): "its tensor '\(name)' has shape \(found), here it is \(expected)"
    }
  }
}
