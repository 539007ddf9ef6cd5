internal import CMPIShim
import Failures
import Glibc

/// A group of ranks that exchange messages among themselves.
///
/// All ranks of a communicator call its collectives in the same order. Buffers that belong to one call must not
/// overlap. A call that MPI reports as failed throws `MPIError`.
public final class Communicator {
  /// Becomes `MPI_COMM_NULL` in `free()`; MPI answers calls on that with an error.
  private(set) var handle: MPI_Comm?

  /// This process's number in the group, `0 ..< size`.
  public let rank: Int

  /// The number of processes in the group.
  public let size: Int

  init(_ handle: MPI_Comm?) throws {
    var rank: Int32 = 0
    var size: Int32 = 0
    try MessagePassing.check(MPI_Comm_rank(handle, &rank), "MPI_Comm_rank", rank: nil)
    try MessagePassing.check(MPI_Comm_size(handle, &size), "MPI_Comm_size", rank: Int(rank))
    self.handle = handle
    self.rank = Int(rank)
    self.size = Int(size)
  }

  /// Cuts the group into one group per `color`; ranks in a new group are ordered by `key`, then by rank in this one.
  ///
  /// A collective. The new communicator lives until `free()` or the end of `World.run`.
  public func split(color: Int, key: Int = 0) throws -> Communicator {
    var part: MPI_Comm?
    try check(MPI_Comm_split(handle, Int32(color), Int32(key), &part), "MPI_Comm_split")
    return try Communicator(part)
  }

  /// Cuts the group into one group per node: the ranks that can share memory, in the order of this group.
  ///
  /// A collective. The new communicator lives until `free()` or the end of `World.run`.
  public func splitByNode() throws -> Communicator {
    var node: MPI_Comm?
    let status = MPI_Comm_split_type(
      handle, Int32(MPI_COMM_TYPE_SHARED), Int32(rank), shim_MPI_INFO_NULL(), &node)
    try check(status, "MPI_Comm_split_type")
    return try Communicator(node)
  }

  /// Gives the communicator back to MPI; later calls on it throw. A collective, hence no part of `deinit`.
  public func free() throws {
    try check(MPI_Comm_free(&handle), "MPI_Comm_free")
  }

  /// Ends every process of the job at once; `status` becomes the exit code of `mpirun`.
  public func abort(_ status: ExitStatus) -> Never {
    fflush(nil)
    MPI_Abort(shim_MPI_COMM_WORLD(), status.rawValue)
    // MPI_Abort does not come back; should it fail, this process at least ends as asked.
    exit(status.rawValue)
  }

  func check(_ status: Int32, _ operation: String) throws {
    try MessagePassing.check(status, operation, rank: rank)
  }
}
