import KernelInterface
import TensorCore

/// What goes between nodes. Every pair of nodes exchanges each value once on the way to its owner and once on the way back.
extension GradientExchange {
  /// Sends this node's partial sums of a bucket to the owners that this rank is the partner for, and receives those of the
  /// other nodes for its own slice.
  ///
  /// - Returns: for each other node where its partial sums begin, as if the whole arena lay there, and how far apart they are.
  func exchangePartialSums(
    of bucket: Range<Int>, on threads: ThreadPool?, whileWaiting pause: (() -> Void)?
  ) throws -> [Int: (base: UnsafeRawPointer, step: Int)] {
    let outgoing = packPartialSums(of: bucket, on: threads)
    let own = plan.slice(ofRank: group.rank, in: bucket)
    var received: [Int: (base: UnsafeRawPointer, step: Int)] = [:]
    var incoming: [IncomingMessage] = []
    var place = 0
    for node in messages.otherNodes where !own.isEmpty {
      let count = plan.partialSums(ofNode: node).count * own.count
      let bytes = messages.incoming(at: place, count: count)
      incoming.append(IncomingMessage(from: plan.partner(of: group.rank, on: node), into: bytes))
      if let base = bytes.baseAddress {
        received[node] = (UnsafeRawPointer(base - own.lowerBound * messages.width), own.count * messages.width)
      }
      place += count
    }
    if let pause {
      try group.exchange(outgoing: outgoing, incoming: incoming, whileWaiting: pause)
    } else {
      try group.exchange(outgoing: outgoing, incoming: incoming)
    }
    return received
  }

  private func packPartialSums(of bucket: Range<Int>, on threads: ThreadPool?) -> [OutgoingMessage] {
    let node = plan.topology.node(of: group.rank)
    let sums = plan.partialSums(ofNode: node).map { lanes in
      plan.sum(over: lanes, onNode: node).map { operand($0, received: [:]) }
    }
    var outgoing: [OutgoingMessage] = []
    var place = 0
    for owner in messages.partnered {
      let slice = plan.slice(ofRank: owner, in: bucket)
      guard !slice.isEmpty else { continue }
      for (index, sum) in sums.enumerated() {
        pack(
          sum, over: slice, into: messages.outgoing(at: place + index * slice.count, count: slice.count), on: threads)
      }
      let bytes = messages.outgoing(at: place, count: sums.count * slice.count)
      outgoing.append(OutgoingMessage(to: owner, UnsafeRawBufferPointer(bytes)))
      place += sums.count * slice.count
    }
    return outgoing
  }

  private func pack(
    _ sum: SumTree<SumEvaluator.Operand>, over slice: Range<Int>, into bytes: UnsafeMutableRawBufferPointer,
    on threads: ThreadPool?
  ) {
    guard let base = bytes.baseAddress else { return }
    forEachGrain(of: grains(of: [slice]), on: threads) { piece, evaluator in
      let target = base + (piece.lowerBound - slice.lowerBound) * messages.width
      if options.precision == .bfloat16 {
        evaluator.round(sum, over: piece, into: target.assumingMemoryBound(to: UInt16.self))
      } else {
        evaluator.write(sum, over: piece, into: target.assumingMemoryBound(to: Float.self))
      }
    }
  }

  /// Brings the sums that `makeSums` made on other nodes to this one: afterwards its ranks hold all, and have met.
  public func gatherSums() throws {
    if !isOnOneNode {
      let sums = sums(ofNeighbour: group.rank)
      if options.precision == .bfloat16 {
        for bucket in plan.buckets { try spreadRounded(bucket, of: sums) }
      } else {
        try spread(sums)
      }
    }
    barrier.meet()
  }

  /// Brings what other nodes' owners have written into their slices of `arena`, which all ranks of a node share, to this
  /// one: afterwards the arena is whole on every node, and its ranks have met.
  public func publish(_ arena: Arena) throws {
    if !isOnOneNode { try arena.withMutableValues { values in try values.baseAddress.map(spread) } }
    barrier.meet()
  }

  /// Sends this rank's slices of an arena to its partner on every other node, and receives the slices it is the partner for:
  /// all at once, from where they lie to where they belong.
  private func spread(_ memory: UnsafeMutablePointer<Float>) throws {
    func bytes(_ slice: Range<Int>) -> UnsafeMutableRawBufferPointer {
      UnsafeMutableRawBufferPointer(
        start: memory + slice.lowerBound, count: slice.count * MemoryLayout<Float>.stride)
    }
    let outgoing = messages.otherNodes.flatMap { node in
      ownSlices.map { OutgoingMessage(to: plan.partner(of: group.rank, on: node), UnsafeRawBufferPointer(bytes($0))) }
    }
    let incoming = messages.partnered.flatMap { owner in
      ownSlices(ofRank: owner).map { IncomingMessage(from: owner, into: bytes($0)) }
    }
    try group.exchange(outgoing: outgoing, incoming: incoming)
  }

  /// The same for a bucket of sums that travel as bfloat16; the own ones are rounded as the others get them.
  private func spreadRounded(_ bucket: Range<Int>, of memory: UnsafeMutablePointer<Float>) throws {
    let own = plan.slice(ofRank: group.rank, in: bucket)
    let kernels = backend.kernels
    let letter = messages.outgoing(at: 0, count: own.count)
    if let rounded = letter.baseAddress?.assumingMemoryBound(to: UInt16.self) {
      kernels.roundToBFloat16(memory + own.lowerBound, into: rounded, count: own.count)
      kernels.expandBFloat16(rounded, into: memory + own.lowerBound, count: own.count)
    }
    var arriving: [(slice: Range<Int>, message: IncomingMessage)] = []
    var place = 0
    for owner in messages.partnered {
      let slice = plan.slice(ofRank: owner, in: bucket)
      guard !slice.isEmpty else { continue }
      arriving.append((slice, IncomingMessage(from: owner, into: messages.incoming(at: place, count: slice.count))))
      place += slice.count
    }
    let outgoing =
      own.isEmpty
      ? []
      : messages.otherNodes.map {
        OutgoingMessage(to: plan.partner(of: group.rank, on: $0), UnsafeRawBufferPointer(letter))
      }
    try group.exchange(outgoing: outgoing, incoming: arriving.map(\.message))
    for (slice, message) in arriving {
      guard let base = message.bytes.baseAddress else { continue }
      kernels.expandBFloat16(
        base.assumingMemoryBound(to: UInt16.self), into: memory + slice.lowerBound, count: slice.count)
    }
  }

  /// Replaces the values in buffer 0 of every rank by their sum over the ranks: the lanes of the plan are the ranks.
  public func allReduce() throws {
    barrier.meet()
    if isOnOneNode {
      writeOwnSlices()
    } else {
      for bucket in plan.buckets { try sum(bucket, on: backend.threads) { _, _ in } }
      try gatherSums()
      let own = buffer(0, ofNeighbour: group.rank)
      forEachSum(.all) { range, sums in (own + range.lowerBound).update(from: sums, count: range.count) }
    }
    barrier.meet()
  }
}

extension GradientExchange {
  /// Brings every owner's slices of `arena`, which the ranks of a node share, to the node of `root`.
  public func collect(_ arena: Arena, on root: Int) throws {
    try arena.withMutableValues { values in
      for bucket in plan.buckets {
        var outgoing: [OutgoingMessage] = []
        var incoming: [IncomingMessage] = []
        for owner in plan.topology.ranks where plan.topology.node(of: owner) != plan.topology.node(of: root) {
          let slice = plan.slice(ofRank: owner, in: bucket)
          guard !slice.isEmpty else { continue }
          let bytes = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: values[slice]))
          if owner == group.rank { outgoing.append(OutgoingMessage(to: root, UnsafeRawBufferPointer(bytes))) }
          if root == group.rank { incoming.append(IncomingMessage(from: owner, into: bytes)) }
        }
        try group.exchange(outgoing: outgoing, incoming: incoming)
      }
    }
  }
}
