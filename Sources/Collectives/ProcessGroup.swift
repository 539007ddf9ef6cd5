import Failures

/// The processes that train together.
///
/// Every member is a collective: all ranks call it, in the same order. What each rank gets back is the same bits.
public protocol ProcessGroup: AnyObject {
  /// This process's number in the group, `0 ..< size`.
  var rank: Int { get }

  /// The number of processes in the group.
  var size: Int { get }

  /// Replaces every rank's values by their sum over all ranks, element by element.
  ///
  /// - Parameter values: `[count]`, the same count on every rank. The order of summation over ranks is not specified.
  func allReduceSum(_ values: UnsafeMutableBufferPointer<Float>) throws

  /// Replaces every rank's values by their sum over all ranks, element by element.
  ///
  /// - Parameter values: `[count]`, the same count on every rank. The order of summation over ranks is not specified.
  func allReduceSum(_ values: inout [Double]) throws

  /// Gives every rank the bytes of `root`; lengths may differ before, afterwards every rank has the root's.
  func broadcast(_ bytes: inout [UInt8], from root: Int) throws

  /// Gives every rank the bytes of all ranks, one array per rank, in rank order; lengths may differ.
  func allGather(_ bytes: [UInt8]) throws -> [[UInt8]]

  /// Returns when every rank has come here.
  func barrier() throws

  /// Which ranks can share memory.
  func topology() throws -> Topology

  /// The bytes that ranks of this one's node may share in all. Not a collective.
  var shareableByteCount: Int { get }

  /// Allocates memory that the ranks of each node of `topology` see together.
  ///
  /// - Parameters:
  ///   - byteCount: of this rank's segment; it may differ between ranks, and be 0.
  ///   - topology: nodes of ranks that can share memory: as of `topology()`, or smaller.
  /// - Throws: where the system refuses; then some nodes may have theirs and others not.
  func shareMemory(byteCount: Int, on topology: Topology) throws -> any NodeMemory

  /// Sends messages and receives others, all under way at once; returns when those received are there and those sent may
  /// be overwritten.
  ///
  /// - Parameters:
  ///   - outgoing: any number for each other rank, in order.
  ///   - incoming: exactly those that others send here, each of the length that is sent; those of one rank in its order.
  ///   - pause: called between two looks whether messages have arrived.
  func exchange(
    outgoing: [OutgoingMessage], incoming: [IncomingMessage], whileWaiting pause: () -> Void) throws

  /// Ends every rank at once; `status` becomes the exit code of the job. Not a collective.
  func abort(_ status: ExitStatus) -> Never
}

/// Bytes for another rank.
public struct OutgoingMessage {
  public let destination: Int
  public let bytes: UnsafeRawBufferPointer

  public init(to destination: Int, _ bytes: UnsafeRawBufferPointer) {
    self.destination = destination
    self.bytes = bytes
  }
}

/// Where bytes of another rank go.
public struct IncomingMessage {
  public let source: Int
  public let bytes: UnsafeMutableRawBufferPointer

  public init(from source: Int, into bytes: UnsafeMutableRawBufferPointer) {
    self.source = source
    self.bytes = bytes
  }
}
