#if canImport(Glibc)
  import Glibc
#endif

/// What the network between two nodes gives.
public struct LinkFigures: Sendable, Equatable {
  /// Seconds that a short message takes from one node to another.
  public var latency: Double
  /// Bytes a second of a long one, both ways at once.
  public var bandwidth: Double

  public init(latency: Double, bandwidth: Double) {
    self.latency = latency
    self.bandwidth = bandwidth
  }
}

extension ProcessGroup {
  /// Measures how fast the first ranks of two nodes exchange messages, the slowest of neighbouring nodes. A collective;
  /// every rank gets the same figures. Takes some hundredths of a second.
  ///
  /// - Parameter byteCount: of a long message. The longer, the less do the queues on the way hide.
  public func measureLink(on topology: Topology, byteCount: Int = 1 << 20) throws -> LinkFigures {
    precondition(topology.nodes.count > 1, "one node has no network")
    let node = topology.node(of: rank)
    // Nodes 0 and 1, 2 and 3, ...; a last one without a partner only takes part.
    let partnerNode = node ^ 1
    let isIn = topology.nodes[node][0] == rank && partnerNode < topology.nodes.count
    let partner = isIn ? topology.nodes[partnerNode][0] : nil
    let short = try fastest(of: 5, bytes: 8, with: partner)
    let long = try fastest(of: 8, bytes: byteCount, with: partner)
    let slowest = try (short: greatest(short), long: greatest(long))
    return LinkFigures(latency: slowest.short, bandwidth: Double(byteCount) / max(slowest.long - slowest.short, 1e-9))
  }

  /// Measures how fast the first rank exchanges messages with each other one, in turn. A collective; every rank gets the
  /// figures of ranks 1, 2, ...
  public func measureLinks(byteCount: Int = 1 << 20) throws -> [LinkFigures] {
    try (1..<max(1, size)).map { other in
      let partner = rank == 0 ? other : rank == other ? 0 : nil
      let short = try greatest(fastest(of: 20, bytes: 8, with: partner))
      let long = try greatest(fastest(of: 8, bytes: byteCount, with: partner))
      return LinkFigures(latency: short, bandwidth: Double(byteCount) / max(long - short, 1e-9))
    }
  }

  /// The bytes to exchange at a time between nodes: long against the latency, so that it costs a twentieth, and no longer.
  public func bucketByteCount(on topology: Topology) throws -> Int {
    BucketChoice.byteCount(for: try measureLink(on: topology), nodes: topology.nodes.count)
  }

  private func fastest(of rounds: Int, bytes: Int, with partner: Int?) throws -> Double {
    let memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * bytes, alignment: 64)
    defer { memory.deallocate() }
    _ = memory.initializeMemory(as: UInt8.self, repeating: 0)
    let outgoing = partner.map {
      OutgoingMessage(to: $0, UnsafeRawBufferPointer(rebasing: memory[..<bytes]))
    }
    let incoming = partner.map {
      IncomingMessage(from: $0, into: UnsafeMutableRawBufferPointer(rebasing: memory[bytes...]))
    }
    let clock = ContinuousClock()
    var best = Double.infinity
    for _ in 0...rounds {
      try barrier()
      let begin = clock.now
      try exchange(
        outgoing: outgoing.map { [$0] } ?? [], incoming: incoming.map { [$0] } ?? [])
      best = min(best, (clock.now - begin) / .seconds(1))
    }
    return partner == nil ? 0 : best
  }
}

/// How long buckets are.
public enum BucketChoice {
  /// Bytes of a bucket whose messages take twenty times as long as they are late; a power of two within 256 KiB ... 64 MiB.
  ///
  /// A bucket is cut into one part for each node, so it is as many times longer as there are nodes.
  public static func byteCount(for link: LinkFigures, nodes: Int) -> Int {
    let wanted = 20 * link.latency * link.bandwidth * Double(nodes)
    var bytes = 256 << 10
    while Double(bytes) < wanted && bytes < 64 << 20 { bytes *= 2 }
    return bytes
  }
}
