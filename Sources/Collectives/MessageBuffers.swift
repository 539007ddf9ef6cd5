/// Memory for what one rank sends and receives of one bucket: allocated once, for the largest.
///
/// A message from node to owner holds the node's partial sums of the owner's slice, one after the other.
final class MessageBuffers {
  private let plan: ReductionPlan
  private let rank: Int
  /// Bytes of a value on its way.
  let width: Int
  private let outgoing: UnsafeMutableRawPointer
  private let incoming: UnsafeMutableRawPointer
  private let outgoingCapacity: Int
  private let incomingCapacity: Int
  /// The ranks of other nodes whose slices this one is the partner for.
  let partnered: [Int]
  /// The nodes other than this rank's.
  let otherNodes: [Int]

  init(_ plan: ReductionPlan, rank: Int, precision: ExchangeOptions.Precision) {
    self.plan = plan
    self.rank = rank
    width = precision == .bfloat16 ? MemoryLayout<UInt16>.stride : MemoryLayout<Float>.stride
    let node = plan.topology.node(of: rank)
    partnered = plan.partnered(by: rank)
    otherNodes = plan.topology.nodes.indices.filter { $0 != node }
    let largest = plan.buckets.map(\.count).max() ?? 0
    // A slice has at most this many floats: the bucket's grains, shared out, rounded up.
    let grains = (largest + ReductionPlan.grain - 1) / ReductionPlan.grain
    let slice = (grains / plan.topology.ranks.count + 1) * ReductionPlan.grain * width
    let sums = plan.partialSums(ofNode: node).count
    let received = otherNodes.reduce(0) { $0 + plan.partialSums(ofNode: $1).count }
    // On the way back the own slice leaves from here, and the partnered ones arrive there.
    outgoingCapacity = slice * max(1, sums * partnered.count)
    incomingCapacity = slice * max(1, received, partnered.count)
    outgoing = .allocate(byteCount: outgoingCapacity, alignment: 64)
    incoming = .allocate(byteCount: incomingCapacity, alignment: 64)
  }

  deinit {
    outgoing.deallocate()
    incoming.deallocate()
  }

  /// A part of the memory for messages to send, `count` values of it.
  func outgoing(at values: Int, count: Int) -> UnsafeMutableRawBufferPointer {
    precondition((values + count) * width <= outgoingCapacity, "\(values + count) values to send are too many")
    return UnsafeMutableRawBufferPointer(start: outgoing + values * width, count: count * width)
  }

  /// A part of the memory for messages to receive.
  func incoming(at values: Int, count: Int) -> UnsafeMutableRawBufferPointer {
    precondition((values + count) * width <= incomingCapacity, "\(values + count) values to receive are too many")
    return UnsafeMutableRawBufferPointer(start: incoming + values * width, count: count * width)
  }
}
