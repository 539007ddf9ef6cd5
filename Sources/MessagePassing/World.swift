internal import CMPIShim
import Failures

/// MPI's lifetime in this process.
public enum World {
  /// Starts MPI, runs `body` with the communicator of all ranks, and finalises MPI when `body` returns or throws.
  ///
  /// Finalising waits for every rank. So an error may leave `body` only where every rank leaves it; an error of one
  /// rank alone must end in ``Communicator/abort(_:)`` inside `body`. No communicator, window or request may be used
  /// afterwards. MPI starts once in the life of a process.
  ///
  /// - Parameter threadLevel: Which threads will call MPI.
  /// - Throws: What `body` throws; `WorldError` if MPI cannot start as asked; `MPIError` if a call fails.
  public static func run<Result>(
    threadLevel: ThreadLevel = .funneled, _ body: (Communicator) throws -> Result
  ) throws -> Result {
    var alreadyInitialized: Int32 = 0
    try check(MPI_Initialized(&alreadyInitialized), "MPI_Initialized", rank: nil)
    guard alreadyInitialized == 0 else { throw WorldError.startedTwice }

    var provided: Int32 = 0
    try check(MPI_Init_thread(nil, nil, threadLevel.rawValue, &provided), "MPI_Init_thread", rank: nil)
    let outcome = Swift.Result {
      try returnErrorsInsteadOfAborting()
      guard provided >= threadLevel.rawValue else {
        throw WorldError.threadLevel(requested: threadLevel, provided: ThreadLevel(rawValue: provided))
      }
      return try body(Communicator(shim_MPI_COMM_WORLD()))
    }
    try check(MPI_Finalize(), "MPI_Finalize", rank: nil)
    return try outcome.get()
  }

  /// The name of the machine this rank runs on.
  public static func nodeName() throws -> String {
    var name = [CChar](repeating: 0, count: Int(MPI_MAX_PROCESSOR_NAME))
    var length: Int32 = 0
    try check(MPI_Get_processor_name(&name, &length), "MPI_Get_processor_name", rank: nil)
    return String(decoding: name.prefix(Int(length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// Communicators split from these two inherit the handler.
  private static func returnErrorsInsteadOfAborting() throws {
    for communicator in [shim_MPI_COMM_WORLD(), shim_MPI_COMM_SELF()] {
      let status = MPI_Comm_set_errhandler(communicator, shim_MPI_ERRORS_RETURN())
      try check(status, "MPI_Comm_set_errhandler", rank: nil)
    }
  }
}

/// Which threads of a process may call MPI, from the least to the most.
public enum ThreadLevel: Int32, Sendable {
  // MPI's own numbers: MPI_THREAD_SINGLE ... MPI_THREAD_MULTIPLE.
  /// The process has one thread.
  case single
  /// Only the thread that started MPI calls it.
  case funneled
  /// Any thread may call MPI, one at a time.
  case serialized
  /// Any thread may call MPI at any time.
  case multiple
}

/// MPI could not be started as asked.
public enum WorldError: UserFacingError, Equatable {
  /// MPI was started before in this process: it cannot be started again, even after it was finalised.
  case startedTwice
  /// The MPI library does not support the thread level that is needed.
  case threadLevel(requested: ThreadLevel, provided: ThreadLevel?)

  public var exitStatus: ExitStatus {
    switch self {
    case .startedTwice: .internalError
    case .threadLevel: .unavailable
    }
  }

  public var message: String {
    switch self {
    case .startedTwice: "MPI was already started in this process"
    case .threadLevel(let requested, let provided):
      "this MPI library offers thread level '\(provided.map { "\($0)" } ?? "unknown")' where '\(requested)' is needed"
    }
  }

  public var remedy: String? {
    switch self {
    case .startedTwice: nil
    case .threadLevel: "Use an MPI library that was built with thread support."
    }
  }
}
