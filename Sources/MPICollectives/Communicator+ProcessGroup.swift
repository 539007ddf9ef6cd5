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

  public func exchange(
    outgoing: [OutgoingMessage], incoming: [IncomingMessage], whileWaiting pause: () -> Void
  ) throws {
    // The callers' buffers outlive this call, which returns only when MPI is done with all of them.
    let owner = OwnerOfNothing()
    let receipts = try incoming.map { message in
      try ireceive(
        into: message.bytes.bindMemory(to: UInt8.self), owner: owner, from: message.source, tag: exchangeTag)
    }
    let sends = try outgoing.map { message in
      try isend(message.bytes.bindMemory(to: UInt8.self), owner: owner, to: message.destination, tag: exchangeTag)
    }
    var pending = receipts + sends
    while !pending.isEmpty {
      pending = try pending.filter { try !$0.test() }
      if !pending.isEmpty { pause() }
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

/// Tells the messages of `exchange` from others.
private let exchangeTag = 1

private final class OwnerOfNothing {}
