internal import CMPIShim

/// Calls that return at once and go on in the background: see ``Request`` for what may be done meanwhile.
///
/// `owner` is an object that keeps the buffer's memory allocated as long as it lives. A buffer holds at most
/// `Int32.max` elements.
extension Communicator {
  /// Starts sending `values` to one rank.
  public func isend<Element: MPIDatatype>(
    _ values: UnsafeBufferPointer<Element>, owner: AnyObject, to destination: Int, tag: Int = 0
  ) throws -> Request {
    let count = MessageCount.single(values.count, "MPI_Isend")
    return try Request(self, "MPI_Isend", owner: owner) { request in
      MPI_Isend(values.baseAddress, count, Element.mpiDatatype, Int32(destination), Int32(tag), handle, request)
    }
  }

  /// Starts receiving one message of one rank; a shorter message leaves the rest of `buffer` as it was.
  public func ireceive<Element: MPIDatatype>(
    into buffer: UnsafeMutableBufferPointer<Element>, owner: AnyObject, from source: Int, tag: Int = 0
  ) throws -> Request {
    let capacity = MessageCount.single(buffer.count, "MPI_Irecv")
    return try Request(self, "MPI_Irecv", owner: owner) { request in
      MPI_Irecv(buffer.baseAddress, capacity, Element.mpiDatatype, Int32(source), Int32(tag), handle, request)
    }
  }

  /// Starts replacing every rank's values by their reduction over all ranks, element by element.
  ///
  /// - Parameter values: `[count]`, the same count on every rank.
  public func iallReduce<Element: MPIDatatype>(
    _ values: UnsafeMutableBufferPointer<Element>, owner: AnyObject, _ reduction: Reduction
  ) throws -> Request {
    let count = MessageCount.single(values.count, "MPI_Iallreduce")
    return try Request(self, "MPI_Iallreduce", owner: owner) { request in
      MPI_Iallreduce(
        shim_MPI_IN_PLACE(), values.baseAddress, count, Element.mpiDatatype, reduction.operation, handle, request)
    }
  }
}
