import Checkpoints
import Failures

/// The weights of a folder are not those of the model that its `config.json` describes: everything that is wrong, at once.
public struct ModelImportError: UserFacingError, Equatable {
  public let folder: String
  /// What is missing first, then what is wrong, then what has no place; at least one.
  public let problems: [TensorProblem]

  /// More lines than this help nobody; the rest is counted.
  private static let linesShown = 200

  public var exitStatus: ExitStatus { .badData }

  public var message: String {
    let shown = problems.prefix(Self.linesShown).map { "\n  \($0)" }.joined()
    let others = problems.count - Self.linesShown
    return "the tensors in \(folder) do not make the model of its config.json:" + shown
      + (others > 0 ? "\n  and \(others) more" : "")
  }

  public var remedy: String? { "The weights and config.json have to be of one model: copy both again." }
}

/// What is wrong with a tensor of a folder.
public enum TensorProblem: Hashable, Sendable, CustomStringConvertible {
  case missing(TensorSignature)
  case unexpected(TensorSignature)
  case shape(name: String, expected: [Int], found: [Int])
  /// It holds values that are not read as float32.
  case type(name: String, found: String)
  /// It should be the same as another, and the model has no place for both.
  case otherValues(copy: String, original: String)

  public var description: String {
    switch self {
    case .missing(let tensor): "missing: \(tensor.name) \(tensor.shape)"
    case .unexpected(let tensor): "no place for: \(tensor.name) \(tensor.shape)"
    case .shape(let name, let expected, let found): "shape \(found) instead of \(expected): \(name)"
    case .type(let name, let found): "values of type \(found) instead of F32, F16 or BF16: \(name)"
    case .otherValues(let copy, let original): "other values than \(original), which it should equal: \(copy)"
    }
  }
}
