import Collectives
import TensorCore

/// A way to replace every rank's values by their sum over the ranks.
public enum AllReduceAlgorithm: String, CaseIterable, Sendable {
  /// `MPI_Allreduce` in place.
  case mpi
  /// `GradientExchange.allReduce`, as training with `collective.algorithm: canonical` sums.
  case canonical
  /// The same with `collective.precision: bf16`: between nodes half the bytes.
  case canonicalBF16 = "canonical bf16"
}

/// One algorithm on an array of one length, everything allocated. All members are collectives.
struct AllReduce {
  let algorithm: AllReduceAlgorithm
  /// This rank's values: what is summed, and afterwards the sum.
  let values: UnsafeMutableBufferPointer<Float>
  let run: () throws -> Void
  let free: () throws -> Void
}

extension AllReduce {
  static func mpi(count: Int, on group: any ProcessGroup) -> AllReduce {
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: count * MemoryLayout<Float>.stride, alignment: 64)
    let values = memory.bindMemory(to: Float.self)
    return AllReduce(
      algorithm: .mpi, values: values, run: { try group.allReduceSum(values) }, free: { memory.deallocate() })
  }

  /// - Parameter bucketByteCount: what goes between nodes at a time.
  static func canonical(
    count: Int, precision: ExchangeOptions.Precision, bucketByteCount: Int?, topology: Topology,
    on group: any ProcessGroup, backend: Backend
  ) throws -> AllReduce {
    let plan = plan(count: count, bucketByteCount: bucketByteCount, topology: topology)
    let exchange = try group.agree {
      try GradientExchange(
        plan, layout: layout(count: count), options: ExchangeOptions(precision: precision), group: group,
        backend: backend)
    }
    let values = exchange.buffers[0].withMutableValues { $0 }
    return AllReduce(
      algorithm: precision == .bfloat16 ? .canonicalBF16 : .canonical, values: values,
      run: { try exchange.allReduce() }, free: { try exchange.free() })
  }

  /// The bytes that the ranks of a node share for it.
  static func sharedByteCount(count: Int, topology: Topology, node: Int) -> Int {
    GradientExchange.byteCount(
      ofNode: node, in: plan(count: count, bucketByteCount: nil, topology: topology))
  }

  /// A lane for each rank, as many values as asked for, rounded up to 16.
  private static func plan(count: Int, bucketByteCount: Int?, topology: Topology) -> ReductionPlan {
    ReductionPlan(
      tree: LaneTree(lanes: topology.ranks.count), topology: topology, count: layout(count: count).count,
      bucketLength: bucketByteCount.map { $0 / MemoryLayout<Float>.stride })
  }

  private static func layout(count: Int) -> ParameterLayout {
    var layout = ParameterLayout()
    _ = layout.append(name: "values", shape: [count])
    return layout
  }
}

extension AllReduce {
  /// Sums numbers whose sum is known, and looks at every one of the results.
  ///
  /// - Throws: `AllReduceError.wrong` on every rank, of the lowest rank that has a wrong sum.
  func verify(on group: any ProcessGroup) throws {
    for index in values.indices { values[index] = Float((index + group.rank) % 3) }
    try run()
    // Whole numbers up to 256 are exact in bfloat16 too; sums of many ranks may lie beyond.
    let tolerance = algorithm == .canonicalBF16 ? 0.01 : 0
    let sums = (0..<3).map { first in Double((0..<group.size).reduce(0) { $0 + (first + $1) % 3 }) }
    try group.agree {
      for index in values.indices where abs(Double(values[index]) - sums[index % 3]) > tolerance * sums[index % 3] {
        throw AllReduceError.wrong(
          algorithm, count: values.count, index: index, sum: values[index], expected: sums[index % 3], rank: group.rank)
      }
    }
    // Zeros stay zeros however often they are summed.
    values.update(repeating: 0)
  }
}
