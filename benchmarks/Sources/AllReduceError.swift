import Failures

public enum AllReduceError: UserFacingError, Equatable {
  case wrong(AllReduceAlgorithm, count: Int, index: Int, sum: Float, expected: Double, rank: Int)

  public var exitStatus: ExitStatus { .internalError }

  public var message: String {
    switch self {
    case .wrong(let algorithm, let count, let index, let sum, let expected, let rank):
      "all-reduce '\(algorithm.rawValue)' of \(count) floats: value \(index) on rank \(rank) is \(sum), not \(expected)"
    }
  }

  public var remedy: String? { "This is a defect of revoada or of the MPI library; please report it." }
}
