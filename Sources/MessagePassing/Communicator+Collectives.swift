internal import CMPIShim

extension Communicator {
  /// Returns when every rank has come here.
  public func barrier() throws {
    try check(MPI_Barrier(handle), "MPI_Barrier")
  }

  /// Copies `root`'s values to every rank.
  ///
  /// - Parameter values: `[count]`, the same count on every rank; any count.
  public func broadcast<Element: MPIDatatype>(
    _ values: UnsafeMutableBufferPointer<Element>, from root: Int
  ) throws {
    for piece in MessageCount.pieces(of: values.count) {
      let part = UnsafeMutableBufferPointer(rebasing: values[piece])
      let status = MPI_Bcast(part.baseAddress, Int32(part.count), Element.mpiDatatype, Int32(root), handle)
      try check(status, "MPI_Bcast")
    }
  }

  /// Replaces every rank's values by their reduction over all ranks, element by element.
  ///
  /// - Parameter values: `[count]`, the same count on every rank; any count.
  public func allReduce<Element: MPIDatatype>(
    _ values: UnsafeMutableBufferPointer<Element>, _ reduction: Reduction
  ) throws {
    for piece in MessageCount.pieces(of: values.count) {
      let part = UnsafeMutableBufferPointer(rebasing: values[piece])
      let status = MPI_Allreduce(
        shim_MPI_IN_PLACE(), part.baseAddress, Int32(part.count), Element.mpiDatatype, reduction.operation, handle)
      try check(status, "MPI_Allreduce")
    }
  }

  /// Reduces over all ranks, element by element, and gives rank `r` block `r` of the result.
  ///
  /// - Parameters:
  ///   - values: `[size * block]`, the same count on every rank.
  ///   - result: `[block]`.
  public func reduceScatter<Element: MPIDatatype>(
    _ values: UnsafeBufferPointer<Element>, into result: UnsafeMutableBufferPointer<Element>, _ reduction: Reduction
  ) throws {
    precondition(
      values.count == size * result.count,
      "reduceScatter: \(values.count) values do not give \(size) ranks \(result.count) each")
    let status = MPI_Reduce_scatter_block(
      values.baseAddress, result.baseAddress, MessageCount.single(result.count, "MPI_Reduce_scatter_block"),
      Element.mpiDatatype, reduction.operation, handle)
    try check(status, "MPI_Reduce_scatter_block")
  }

  /// Reduces over all ranks, element by element, and gives rank `r` the `counts[r]` elements that are its own.
  ///
  /// - Parameters:
  ///   - values: `[counts.sum]`, the same count on every rank.
  ///   - counts: How many elements each rank receives, in rank order; the same on every rank; 0 is fine.
  ///   - result: `[counts[rank]]`.
  public func reduceScatter<Element: MPIDatatype>(
    _ values: UnsafeBufferPointer<Element>, counts: [Int], into result: UnsafeMutableBufferPointer<Element>,
    _ reduction: Reduction
  ) throws {
    let layout = layout(of: counts, total: values.count, own: result.count, "MPI_Reduce_scatter")
    let status = MPI_Reduce_scatter(
      values.baseAddress, result.baseAddress, layout.counts, Element.mpiDatatype, reduction.operation, handle)
    try check(status, "MPI_Reduce_scatter")
  }

  /// Gives every rank the values of all ranks, in rank order.
  ///
  /// - Parameters:
  ///   - values: `[block]`, the same count on every rank.
  ///   - result: `[size * block]`.
  public func allGather<Element: MPIDatatype>(
    _ values: UnsafeBufferPointer<Element>, into result: UnsafeMutableBufferPointer<Element>
  ) throws {
    precondition(
      result.count == size * values.count,
      "allGather: \(values.count) values of each of \(size) ranks do not fill \(result.count) elements")
    let count = MessageCount.single(values.count, "MPI_Allgather")
    let status = MPI_Allgather(
      values.baseAddress, count, Element.mpiDatatype, result.baseAddress, count, Element.mpiDatatype, handle)
    try check(status, "MPI_Allgather")
  }

  /// Gives every rank the values of all ranks, in rank order, where ranks hold different numbers of values.
  ///
  /// - Parameters:
  ///   - values: `[counts[rank]]`.
  ///   - counts: How many values each rank holds, in rank order; the same on every rank; 0 is fine.
  ///   - result: `[counts.sum]`.
  public func allGather<Element: MPIDatatype>(
    _ values: UnsafeBufferPointer<Element>, counts: [Int], into result: UnsafeMutableBufferPointer<Element>
  ) throws {
    let layout = layout(of: counts, total: result.count, own: values.count, "MPI_Allgatherv")
    let status = MPI_Allgatherv(
      values.baseAddress, layout.counts[rank], Element.mpiDatatype, result.baseAddress, layout.counts, layout.offsets,
      Element.mpiDatatype, handle)
    try check(status, "MPI_Allgatherv")
  }

  /// Checks `counts` against the two buffers of a call and turns them into what MPI takes.
  private func layout(
    of counts: [Int], total: Int, own: Int, _ operation: String
  ) -> (counts: [Int32], offsets: [Int32]) {
    precondition(counts.count == size, "\(operation): \(counts.count) counts for \(size) ranks")
    precondition(
      counts.reduce(0, +) == total && counts[rank] == own,
      "\(operation): counts \(counts) do not fit buffers of \(total) elements in all and \(own) on rank \(rank)")
    _ = MessageCount.single(total, operation)  // Offsets have 32 bits, too.
    let offsets = counts.indices.map { Int32(counts[..<$0].reduce(0, +)) }
    return (counts.map(Int32.init), offsets)
  }
}
