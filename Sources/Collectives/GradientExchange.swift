import KernelInterface
import TensorCore

/// Turns every rank's partial sums of a step's gradients into their sum along the lanes' tree, the same bits however many
/// ranks, nodes, threads and buckets there are.
///
/// Within a node nothing is sent: every rank reads its neighbours' partial sums where they lie and adds up the slices that
/// it owns. Between nodes each rank sends its node's partial sums of other nodes' slices to their owners, directly: the
/// traffic of a ring, in one round. All members but `begin`, `complete` and `buffers` are collectives.
///
///     let exchange = try GradientExchange(plan, layout: layout, options: options, group: group, backend: backend)
///     exchange.begin()
///     ... backward passes into exchange.buffers; exchange.complete(entry) as each parameter's gradient gets ready ...
///     try exchange.settle()
///     try exchange.sumOwnSlices { range, sums in ... }
public final class GradientExchange {
  public let plan: ReductionPlan
  public let options: ExchangeOptions
  /// This rank's partial sums, as many as the sum over its lanes takes; see `LaneTree.PartialSums`.
  public let buffers: [Arena]
  let group: any ProcessGroup
  let backend: Backend
  let layout: ParameterLayout
  let barrier: NodeBarrier
  let messages: MessageBuffers
  /// One for each thread of the backend, and one more for the thread of the overlapped exchange.
  let evaluators: [SumEvaluator]
  /// The sum that this rank makes, out of its node's buffers and what other nodes have sent.
  let tree: SumTree<PartialSumSource>
  private var overlapped: OverlappedExchange?
  /// Whether the sums of this step were made while the backward pass went on.
  var hasSums = false
  private var schedule: BucketSchedule
  /// Of all steps so far.
  private var completedBuckets = 0
  private let memory: any NodeMemory
  // What every step asks for again. The exchange is used by one thread at a time, so there is no race to make them.
  /// The grains of the slices that this rank owns.
  lazy var ownGrains = grains(of: ownSlices)
  /// On one node: the sum that this rank makes, out of its node's buffers.
  lazy var nodeTree = tree.map { operand($0, received: [:]) }
  /// The first value of buffer 0 of each rank of this node.
  lazy var firstBuffers = plan.topology.neighbours(of: group.rank).map { buffer(0, ofNeighbour: $0) }

  /// - Throws: where the memory cannot be had; see `ProcessGroup.shareMemory`.
  public init(
    _ plan: ReductionPlan, layout: ParameterLayout, options: ExchangeOptions, group: any ProcessGroup,
    backend: Backend
  ) throws {
    precondition(plan.count == layout.count, "a plan for \(plan.count) floats, an arena of \(layout.count)")
    self.plan = plan
    self.options = options
    self.group = group
    self.backend = backend
    self.layout = layout
    let sizes = SegmentSizes(plan)
    let memory = try group.shareMemory(byteCount: sizes.byteCount(ofRank: group.rank), on: plan.topology)
    self.memory = memory
    barrier = NodeBarrier(
      segments: memory.segments, ownPlace: plan.topology.localRank(of: group.rank))
    tree = plan.sum(
      onNode: plan.topology.node(of: group.rank),
      roundsNodes: options.precision == .bfloat16 && plan.topology.nodes.count > 1)
    schedule = BucketSchedule(layout, buckets: plan.buckets)
    messages = MessageBuffers(plan, rank: group.rank, precision: options.precision)
    let depth = plan.topology.nodes.indices.reduce(tree.depth) { depth, node in
      plan.partialSums(ofNode: node).reduce(depth) { max($0, $1.count.bitWidth - $1.count.leadingZeroBitCount + 1) }
    }
    evaluators = (0...backend.threads.size).map { _ in SumEvaluator(depth: depth, kernels: backend.kernels) }
    buffers = (0..<sizes.buffers(ofRank: group.rank)).map { index in
      Arena(
        layout, on: backend,
        in: Self.buffer(index, in: memory.segments[plan.topology.localRank(of: group.rank)], count: plan.count),
        keeping: memory)
    }
    for buffer in buffers { buffer.fillWithZeros() }
    // Everybody's barrier is in order before anybody uses it.
    try group.barrier()
  }

  /// Whether all ranks see each other's memory.
  public var isOnOneNode: Bool { plan.topology.nodes.count == 1 }

  /// Gives the memory back: the buffers' values are gone. A collective.
  public func free() throws {
    try group.barrier()
    try memory.free()
  }

  /// Returns when all ranks of the node have come here, and each sees what any wrote before.
  public func meetNeighbours() { barrier.meet() }

  /// Leaves a word for the neighbours; `neighboursWords` has all of them after the next meeting.
  public func tellNeighbours(_ word: Int) { barrier.tell(word) }

  public var neighboursWords: [Int] { plan.topology.neighbours(of: group.rank).indices.map(barrier.word(of:)) }

  /// The first value of buffer `index` of a rank of this node.
  func buffer(_ index: Int, ofNeighbour rank: Int) -> UnsafeMutablePointer<Float> {
    Self.buffer(index, in: memory.segments[plan.topology.localRank(of: rank)], count: plan.count)
  }

  /// Where a rank of this node keeps the sums that it has made or received: memory of an arena's length, of which it
  /// touches its slices only. The partial sums stay beside it, so that a bad value can be traced to its lane.
  func sums(ofNeighbour rank: Int) -> UnsafeMutablePointer<Float> {
    buffer(SegmentSizes(plan).buffers(ofRank: rank), ofNeighbour: rank)
  }

  private static func buffer(
    _ index: Int, in segment: UnsafeMutableRawBufferPointer, count: Int
  ) -> UnsafeMutablePointer<Float> {
    guard let base = segment.baseAddress else { preconditionFailure("the exchange's memory is freed") }
    return (base + NodeBarrier.byteCount).assumingMemoryBound(to: Float.self) + index * count
  }
}

/// What lies in each rank's segment of the node's memory: the barrier's lines, the partial sums, the sums.
private struct SegmentSizes {
  let plan: ReductionPlan

  init(_ plan: ReductionPlan) { self.plan = plan }

  func buffers(ofRank rank: Int) -> Int {
    max(1, plan.tree.partialSums(of: plan.lanes(ofRank: rank)).buffersNeeded)
  }

  func byteCount(ofRank rank: Int) -> Int {
    NodeBarrier.byteCount + (buffers(ofRank: rank) + 1) * plan.count * MemoryLayout<Float>.stride
  }
}

extension GradientExchange {
  /// The bytes of shared memory that the ranks of `node` take together, of which the sums' parts are touched once.
  public static func byteCount(ofNode node: Int, in plan: ReductionPlan) -> Int {
    plan.topology.nodes[node].reduce(0) { $0 + SegmentSizes(plan).byteCount(ofRank: $1) }
  }
}

// MARK: - Overlap

extension GradientExchange {
  /// Whether buckets leave while the backward pass goes on.
  public var isOverlapped: Bool { options.overlaps && !isOnOneNode }

  /// Returns when the partial sums of all neighbours are complete, and no other thread of this rank uses the group.
  public func settle() throws {
    guard let overlapped else { return barrier.meet() }
    self.overlapped = nil
    try overlapped.finish()
    hasSums = true
  }

  /// Begins a step: its buckets are exchanged as they get complete.
  public func begin() {
    guard isOverlapped else { return }
    schedule = BucketSchedule(layout, buckets: plan.buckets)
    overlapped = OverlappedExchange(self, completedBefore: completedBuckets)
    completedBuckets += plan.buckets.count
  }

  /// Tells that the partial sums of parameter `entry` are complete on this rank.
  ///
  /// - Parameter prepare: called for each bucket that gets complete by it, before the others hear of it.
  public func complete(_ entry: Int, preparing prepare: (Range<Int>) -> Void = { _ in }) {
    guard isOverlapped else { return }
    for bucket in schedule.complete(entry) {
      prepare(plan.buckets[bucket])
      barrier.completeBucket()
    }
  }
}
