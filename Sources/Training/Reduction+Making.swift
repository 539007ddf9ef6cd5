import Collectives
import Layers
import ModelZoo
import Optimizers
import TensorCore

/// What a reduction is made from.
struct ReductionRequest {
  let configuration: RunConfiguration
  let model: Model
  /// Writes the parameters' first values into an arena of zeros.
  let initialize: (Arena) throws -> Void
  let lanes: Int
  let environment: RunEnvironment

  /// Allocates parameters, gradients and optimizer state, where the ranks of a node can see them if that serves, and gives
  /// the parameters their first values. A collective.
  func make() throws -> any Reduction {
    switch configuration.collective.algorithm {
    case .canonical: try makeCanonical()
    case .mpi: try makeMPI()
    }
  }

  private var group: any ProcessGroup { environment.group }
  private var backend: Backend { environment.backend }
  private var tree: LaneTree { LaneTree(lanes: lanes) }

  private func makeMPI() throws -> MPIReduction {
    let own = tree.lanes(ofRank: group.rank, ranks: group.size)
    let depth = max(1, tree.partialSums(of: own).buffersNeeded)
    let parameters = Arena(model.layout, on: backend)
    try initialize(parameters)
    return MPIReduction(
      lanes: GradientLanes(
        tree: tree, lanes: own, arenas: (0..<depth).map { _ in Arena(model.layout, on: backend) }),
      parameters: parameters,
      optimizer: Optimizer(configuration.optimizer.options, layout: model.layout, on: backend), group: group)
  }

  private func makeCanonical() throws -> CanonicalReduction {
    let collective = configuration.collective
    let isSharded = configuration.optimizer.sharded ?? true
    let stateCount = configuration.optimizer.options.method.stateNames.count
    let topology = try self.topology(stateArenas: isSharded ? stateCount + 1 : 0)
    let hasOthers = topology.nodes.count > 1
    let bucket = try collective.bucket?.bytes ?? (hasOthers ? group.bucketByteCount(on: topology) : nil)
    let plan = ReductionPlan(
      tree: tree, topology: topology, count: model.layout.count,
      bucketLength: hasOthers ? bucket.map { $0 / MemoryLayout<Float>.stride } : nil)
    let precision: ExchangeOptions.Precision = collective.precision == .bf16 ? .bfloat16 : .float32
    let exchange = try group.agree {
      try GradientExchange(
        plan, layout: model.layout,
        options: ExchangeOptions(precision: precision, overlaps: collective.overlap ?? true), group: group,
        backend: backend)
    }
    var memories: [any NodeMemory] = []
    let parameters = try isSharded ? nodeArena(topology, &memories) : Arena(model.layout, on: backend)
    let state = try (0..<stateCount).map { _ in
      try isSharded ? nodeArena(topology, &memories) : Arena(model.layout, on: backend)
    }
    let reduction = CanonicalReduction(
      exchange: exchange,
      lanes: GradientLanes(tree: tree, lanes: plan.lanes(ofRank: group.rank), arenas: exchange.buffers),
      parameters: parameters, optimizer: Optimizer(configuration.optimizer.options, state: state),
      isSharded: isSharded, memories: memories, group: group)
    try reduction.fill(initialize)
    return reduction
  }

  /// An arena that all ranks of a node see, in the segment of the first of them.
  private func nodeArena(_ topology: Topology, _ memories: inout [any NodeMemory]) throws -> Arena {
    let isLeader = topology.localRank(of: group.rank) == 0
    let memory = try group.shareMemory(
      byteCount: isLeader ? model.layout.count * MemoryLayout<Float>.stride : 0, on: topology)
    memories.append(memory)
    guard let base = memory.segments[0].baseAddress else { preconditionFailure("shared memory without an address") }
    return Arena(model.layout, on: backend, in: base.assumingMemoryBound(to: Float.self), keeping: memory)
  }

  /// The nodes as the machine and the configuration have them; where there is too little shared memory every rank is a
  /// node of its own.
  private func topology(stateArenas: Int) throws -> Topology {
    var topology = try group.topology()
    if let limit = configuration.collective.ranksPerNode { topology = topology.cut(atMost: limit) }
    let plan = ReductionPlan(tree: tree, topology: topology, count: model.layout.count, bucketLength: nil)
    let own = topology.node(of: group.rank)
    let needed =
      GradientExchange.byteCount(ofNode: own, in: plan)
      + stateArenas * model.layout.count * MemoryLayout<Float>.stride
    let isShort = topology.nodes[own].count > 1 && needed > group.shareableByteCount
    let short = try group.allGather([isShort ? 1 : 0])
    guard short.contains([1]) else { return topology }
    let free = ByteCount(group.shareableByteCount), wanted = ByteCount(needed)
    environment.display.note(
      "shared memory is too small (\(free) free, \(wanted) wanted): ranks exchange messages instead, which is slower;"
        + " enlarge /dev/shm (containers: --shm-size)")
    let cut = topology
    return topology.cut(atMost: 1) { node in cut.nodes[node].contains { short[$0] == [1] } }
  }
}

extension CanonicalReduction {
  /// Zeros where this rank will write state, and the parameters' first values, once for each arena.
  fileprivate func fill(_ initialize: (Arena) throws -> Void) throws {
    if isSharded {
      for state in optimizer.state { for slice in exchange.slices(of: share) { state.arena.fillWithZeros(slice) } }
    }
    if !isSharded || exchange.plan.topology.localRank(of: group.rank) == 0 {
      parameters.fillWithZeros()
      try initialize(parameters)
    }
    exchange.meetNeighbours()
  }
}

/// Bytes as people read them.
private struct ByteCount: CustomStringConvertible {
  let bytes: Int

  init(_ bytes: Int) { self.bytes = bytes }

  var description: String { bytes >= 1 << 20 ? "\(bytes >> 20) MiB" : "\(bytes >> 10) KiB" }
}
