import Collectives
import MessagePassing

/// Training over MPI: sums are `MPI_Allreduce`, whose order of summation is the MPI library's.
extension Communicator: ProcessGroup {
  public func allReduceSum(_ values: UnsafeMutableBufferPointer<Float>) throws {
    try allReduce(values, .sum)
  }

  public func allReduceSum(_ values: inout [Double]) throws {
    try values.withUnsafeMutableBufferPointer { try allReduce($0, .sum) }
  }

  public func broadcast(_ bytes: inout [UInt8], from root: Int) throws {
    var count = [Int64(bytes.count)]
    try count.withUnsafeMutableBufferPointer { try broadcast($0, from: root) }
    if rank != root { bytes = [UInt8](repeating: 0, count: Int(count[0])) }
    try bytes.withUnsafeMutableBufferPointer { try broadcast($0, from: root) }
  }

  public func allGather(_ bytes: [UInt8]) throws -> [[UInt8]] {
    let counts = try gatheredCounts(bytes.count)
    var joined = [UInt8](repeating: 0, count: counts.reduce(0, +))
    try joined.withUnsafeMutableBufferPointer { joined in
      try bytes.withUnsafeBufferPointer { try allGather($0, counts: counts, into: joined) }
    }
    var rest = joined[...]
    return counts.map { count in
      defer { rest = rest.dropFirst(count) }
      return Array(rest.prefix(count))
    }
  }

  /// Every rank's `count`, in rank order.
  private func gatheredCounts(_ count: Int) throws -> [Int] {
    var counts = [Int64](repeating: 0, count: size)
    try counts.withUnsafeMutableBufferPointer { counts in
      try [Int64(count)].withUnsafeBufferPointer { try allGather($0, into: counts) }
    }
    return counts.map(Int.init)
  }
}
