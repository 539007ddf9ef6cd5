internal import CMPIShim

/// A call that MPI is still carrying out.
///
/// From the start of the call until `wait()` returns or `test()` says `true`, MPI reads or writes the call's buffer:
/// the caller neither writes it (nor reads it, if MPI writes it) nor frees it. The request holds the buffer's owner
/// for that long; if it is dropped earlier, say because an error was thrown, the owner is leaked on purpose, as MPI
/// might write into its memory at any time.
public final class Request {
  private let communicator: Communicator
  private let operation: String
  private var handle: MPI_Request?
  /// Keeps the buffer's memory allocated; `nil` once MPI is done with it.
  private var owner: AnyObject?

  /// - Parameter start: Makes the MPI call, which stores its request where it is told.
  init(
    _ communicator: Communicator, _ operation: String, owner: AnyObject,
    start: (UnsafeMutablePointer<MPI_Request?>) -> Int32
  ) throws {
    self.communicator = communicator
    self.operation = operation
    self.handle = shim_MPI_REQUEST_NULL()
    try communicator.check(start(&handle), operation)
    self.owner = owner
  }

  deinit {
    if let owner { _ = Unmanaged.passRetained(owner) }
  }

  /// Returns when the call is complete. Waiting again returns at once.
  public func wait() throws {
    guard owner != nil else { return }
    let status = MPI_Wait(&handle, shim_MPI_STATUS_IGNORE())
    owner = nil
    try communicator.check(status, operation)
  }

  /// Lets MPI make progress and says whether the call is complete.
  public func test() throws -> Bool {
    guard owner != nil else { return true }
    var isComplete: Int32 = 0
    let status = MPI_Test(&handle, &isComplete, shim_MPI_STATUS_IGNORE())
    if status != MPI_SUCCESS || isComplete != 0 { owner = nil }
    try communicator.check(status, operation)
    return isComplete != 0
  }
}
