internal import CMPIShim

/// Memory of all ranks of a node that each of them reads and writes in place.
///
/// Every rank owns one segment and sees everybody's. What a rank writes is seen by the others after `synchronize()`.
/// Segments start at multiples of 64 bytes.
///
///     let node = try world.splitByNode()
///     let window = try SharedWindow<Float>(count: 1000, on: node)
///     window.segment.update(repeating: 1)
///     try window.synchronize()
///     let left = window.segment(ofRank: 0)
///     ...
///     try window.free()
public final class SharedWindow<Element: MPIDatatype> {
  private let communicator: Communicator
  private var handle: MPI_Win?
  /// One per rank; empty once the window is freed.
  private var segments: [UnsafeMutableBufferPointer<Element>] = []

  /// Allocates `count` elements on this rank, with undefined values. A collective.
  ///
  /// - Parameters:
  ///   - count: The length of this rank's segment; it may differ between ranks, and be 0.
  ///   - communicator: Ranks of one node, as of `splitByNode()`.
  public init(count: Int, on communicator: Communicator) throws {
    self.communicator = communicator
    self.handle = shim_MPI_WIN_NULL()
    // MPI promises no alignment: room for one cache line more lets each segment start at a multiple of it.
    let bytes = count * MemoryLayout<Element>.stride + segmentAlignment
    var base: UnsafeMutableRawPointer?
    let status = withUnsafeMutablePointer(to: &base) {
      MPI_Win_allocate_shared(bytes, 1, shim_MPI_INFO_NULL(), communicator.handle, $0, &handle)
    }
    try communicator.check(status, "MPI_Win_allocate_shared")
    try communicator.check(MPI_Win_set_errhandler(handle, shim_MPI_ERRORS_RETURN()), "MPI_Win_set_errhandler")
    // One epoch for the window's life: loads and stores need no locks, only synchronisation.
    try communicator.check(MPI_Win_lock_all(MPI_MODE_NOCHECK, handle), "MPI_Win_lock_all")
    let counts = try Self.counts(of: count, on: communicator)
    self.segments = try counts.enumerated().map { try querySegment(ofRank: $0, count: $1) }
  }

  /// This rank's own segment.
  public var segment: UnsafeMutableBufferPointer<Element> { segment(ofRank: communicator.rank) }

  /// The segment of any rank, at its place in this process's address space. Valid until `free()`.
  public func segment(ofRank rank: Int) -> UnsafeMutableBufferPointer<Element> {
    precondition(segments.indices.contains(rank), "rank \(rank) has no segment in this window of \(segments.count)")
    return segments[rank]
  }

  /// Returns when every rank has come here; then every rank sees what any rank wrote before. A collective.
  public func synchronize() throws {
    try communicator.check(MPI_Win_sync(handle), "MPI_Win_sync")
    try communicator.barrier()
    try communicator.check(MPI_Win_sync(handle), "MPI_Win_sync")
  }

  /// Gives the memory back. A collective, hence no part of `deinit`.
  public func free() throws {
    segments = []
    try communicator.check(MPI_Win_unlock_all(handle), "MPI_Win_unlock_all")
    try communicator.check(MPI_Win_free(&handle), "MPI_Win_free")
  }

  private func querySegment(ofRank rank: Int, count: Int) throws -> UnsafeMutableBufferPointer<Element> {
    var bytes = 0
    var unit: Int32 = 0
    var base: UnsafeMutableRawPointer?
    let status = withUnsafeMutablePointer(to: &base) {
      MPI_Win_shared_query(handle, Int32(rank), &bytes, &unit, $0)
    }
    try communicator.check(status, "MPI_Win_shared_query")
    // Processes map the window at multiples of a page, so all of them round up to the same element.
    let start = base?.alignedUp(toMultipleOf: segmentAlignment).assumingMemoryBound(to: Element.self)
    return UnsafeMutableBufferPointer(start: start, count: count)
  }

  private static func counts(of count: Int, on communicator: Communicator) throws -> [Int] {
    var counts = [Int64](repeating: 0, count: communicator.size)
    try counts.withUnsafeMutableBufferPointer { counts in
      try withUnsafePointer(to: Int64(count)) { own in
        try communicator.allGather(UnsafeBufferPointer(start: own, count: 1), into: counts)
      }
    }
    return counts.map(Int.init)
  }
}

/// A cache line: also the width of the widest vector register.
private let segmentAlignment = 64

extension UnsafeMutableRawPointer {
  fileprivate func alignedUp(toMultipleOf alignment: Int) -> UnsafeMutableRawPointer {
    self + (alignment - Int(bitPattern: self) & (alignment - 1)) & (alignment - 1)
  }
}
