internal import CMPIShim
import Failures

/// An MPI call that failed.
public struct MPIError: UserFacingError, Equatable {
  /// The MPI function's name: `MPI_Allreduce`.
  public let operation: String
  /// The rank, in the communicator of the call, on which it failed; `nil` where no communicator was involved.
  public let rank: Int?
  /// What kind of failure MPI says it is.
  public let kind: Kind
  /// MPI's own text.
  public let reason: String

  /// Failures that callers tell apart.
  public enum Kind: Sendable, Equatable {
    /// A message was longer than the buffer meant for it.
    case truncated
    /// An argument was not valid: a rank outside the communicator, a freed communicator, a count, a root.
    case invalidArgument
    /// Anything else: a lost connection, a dead process, no memory.
    case other
  }

  public var exitStatus: ExitStatus {
    switch kind {
    case .truncated, .invalidArgument: .internalError
    case .other: .temporary
    }
  }

  public var message: String {
    "\(operation) failed\(rank.map { " on rank \($0)" } ?? ""): \(reason)"
  }

  public var remedy: String? {
    kind == .other ? "If a process or a connection was lost, run the same command again." : nil
  }

  init(status: Int32, operation: String, rank: Int?) {
    self.operation = operation
    self.rank = rank
    var errorClass: Int32 = MPI_ERR_UNKNOWN
    var text = [CChar](repeating: 0, count: Int(MPI_MAX_ERROR_STRING))
    var length: Int32 = 0
    // These two describe the failure; should they fail themselves, the number is what is left to tell.
    let described =
      MPI_Error_class(status, &errorClass) == MPI_SUCCESS && MPI_Error_string(status, &text, &length) == MPI_SUCCESS
    self.kind = Kind(errorClass: errorClass)
    self.reason =
      described
      ? String(decoding: text.prefix(Int(length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
      : "error code \(status)"
  }
}

extension MPIError.Kind {
  init(errorClass: Int32) {
    switch errorClass {
    case MPI_ERR_TRUNCATE: self = .truncated
    case MPI_ERR_BUFFER, MPI_ERR_COUNT, MPI_ERR_TYPE, MPI_ERR_TAG, MPI_ERR_COMM, MPI_ERR_RANK, MPI_ERR_REQUEST,
      MPI_ERR_ROOT, MPI_ERR_OP, MPI_ERR_ARG, MPI_ERR_WIN, MPI_ERR_SIZE:
      self = .invalidArgument
    default: self = .other
    }
  }
}

/// The one place where MPI's status codes become errors.
func check(_ status: Int32, _ operation: String, rank: Int?) throws {
  guard status == MPI_SUCCESS else { throw MPIError(status: status, operation: operation, rank: rank) }
}
