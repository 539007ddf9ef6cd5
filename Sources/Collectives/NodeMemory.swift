/// Memory that the ranks of a node see together: one segment for each of them, which all read and write in place.
///
/// What a rank writes the others see after both have met (`NodeBarrier`). Segments begin at multiples of 64 bytes; their
/// content is undefined at first.
public protocol NodeMemory: AnyObject {
  /// The segment of each rank of the node, in the order of `Topology.neighbours`. Valid until `free()`.
  var segments: [UnsafeMutableRawBufferPointer] { get }

  /// Gives the memory back. A collective of the node.
  func free() throws
}

/// The memory of a rank that shares with nobody.
public final class PrivateMemory: NodeMemory {
  public private(set) var segments: [UnsafeMutableRawBufferPointer]

  public init(byteCount: Int) {
    segments = [.allocate(byteCount: max(byteCount, 64), alignment: 64)]
  }

  deinit { free() }

  public func free() {
    for segment in segments { segment.deallocate() }
    segments = []
  }
}
