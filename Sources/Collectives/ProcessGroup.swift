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

  /// Ends every rank at once; `status` becomes the exit code of the job. Not a collective.
  func abort(_ status: ExitStatus) -> Never
}
