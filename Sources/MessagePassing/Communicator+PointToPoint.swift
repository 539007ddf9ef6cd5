internal import CMPIShim

extension Communicator {
  /// Sends `values` to one rank; returns when the buffer may be used again, which may be before they have arrived.
  ///
  /// - Parameters:
  ///   - values: `[count]`, at most `Int32.max` elements.
  ///   - tag: Tells messages between the same two ranks apart; 0 or more.
  public func send<Element: MPIDatatype>(
    _ values: UnsafeBufferPointer<Element>, to destination: Int, tag: Int = 0
  ) throws {
    let count = MessageCount.single(values.count, "MPI_Send")
    let status = MPI_Send(
      values.baseAddress, count, Element.mpiDatatype, Int32(destination), Int32(tag), handle)
    try check(status, "MPI_Send")
  }

  /// Receives one message of one rank; returns when it is there.
  ///
  /// - Parameters:
  ///   - buffer: `[capacity]`; a shorter message leaves the rest of it as it was, a longer one is an error of kind
  ///     `.truncated`.
  ///   - tag: The tag the message was sent with.
  /// - Returns: The number of elements received.
  public func receive<Element: MPIDatatype>(
    into buffer: UnsafeMutableBufferPointer<Element>, from source: Int, tag: Int = 0
  ) throws -> Int {
    let capacity = MessageCount.single(buffer.count, "MPI_Recv")
    var receipt = MPI_Status()
    let status = MPI_Recv(
      buffer.baseAddress, capacity, Element.mpiDatatype, Int32(source), Int32(tag), handle, &receipt)
    try check(status, "MPI_Recv")
    var count: Int32 = 0
    try check(MPI_Get_count(&receipt, Element.mpiDatatype, &count), "MPI_Get_count")
    return Int(count)
  }
}
