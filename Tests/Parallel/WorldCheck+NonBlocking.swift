import GroupChecks
import MessagePassing

extension WorldCheck {
  static let nonBlocking = [
    WorldCheck("neighbours exchange large messages in both directions at once") { world in
      let count = 200_000
      let outgoing = Buffer([Float](repeating: Float(world.rank), count: count))
      let incoming = [Buffer([Float](repeating: -1, count: count)), Buffer([Float](repeating: -1, count: count))]
      let requests = [
        try world.ireceive(into: incoming[0].elements, owner: incoming[0], from: world.left, tag: 1),
        try world.ireceive(into: incoming[1].elements, owner: incoming[1], from: world.right, tag: 2),
        try world.isend(UnsafeBufferPointer(outgoing.elements), owner: outgoing, to: world.right, tag: 1),
        try world.isend(UnsafeBufferPointer(outgoing.elements), owner: outgoing, to: world.left, tag: 2),
      ]
      try requests.forEach { try $0.wait() }
      try expect(incoming[0].values.allSatisfy { $0 == Float(world.left) }, "all of the left neighbour's values came")
      try expect(incoming[1].values.allSatisfy { $0 == Float(world.right) }, "all of the right neighbour's values came")
    },
    WorldCheck("two reductions in flight finish while other collectives run, whichever is waited for first") { world in
      let first = Buffer((0..<5000).map { Float($0 + world.rank) })
      let second = Buffer([Int64(world.rank)])
      let sum = try world.iallReduce(first.elements, owner: first, .sum)
      let largest = try world.iallReduce(second.elements, owner: second, .max)
      try world.barrier()
      try largest.wait()
      try expect(second.values, is: [Int64(world.size - 1)])
      while try !sum.test() {}
      try expect(first.values, is: (0..<5000).map { Float(world.size * $0 + world.sumOfRanks) })
      try sum.wait()
    },
    WorldCheck("a test says no before the message is sent and yes after it has come") { world in
      let incoming = Buffer<UInt8>([0])
      let request = try world.ireceive(into: incoming.elements, owner: incoming, from: world.left)
      try expect(try !request.test(), "nothing has been sent")
      try world.barrier()
      let outgoing = Buffer([UInt8(world.rank + 1)])
      let sending = try world.isend(UnsafeBufferPointer(outgoing.elements), owner: outgoing, to: world.right)
      while try !request.test() {}
      try sending.wait()
      try expect(incoming.values, is: [UInt8(world.left + 1)])
    },
    WorldCheck("a message too long for a waiting receive is an error when it is waited for") { world in
      // To itself, a rank's message is cut without a word by Open MPI 4.1 where the receive was there first.
      guard world.size > 1 else { return }
      let incoming = Buffer<Float>([0, 0])
      let request = try world.ireceive(into: incoming.elements, owner: incoming, from: world.left)
      let outgoing = Buffer<Float>([1, 2, 3, 4])
      let sending = try world.isend(UnsafeBufferPointer(outgoing.elements), owner: outgoing, to: world.right)
      let error = try expectError(MPIError.self) { try request.wait() }
      try sending.wait()
      try expect(error.kind, is: .truncated)
      try expect(error.operation, is: "MPI_Irecv")
      try expect(error.rank, is: world.rank)
    },
    WorldCheck("a request holds its buffer until it is complete, even where it is dropped before") { world in
      weak var dropped: Buffer<UInt8>?
      let place: UnsafeMutableBufferPointer<UInt8>
      do {
        let incoming = Buffer<UInt8>([0])
        (dropped, place) = (incoming, incoming.elements)
        _ = try world.ireceive(into: incoming.elements, owner: incoming, from: world.left)
      }
      try expect(dropped != nil, "the buffer of a dropped request stays")
      weak var completed: Buffer<UInt8>?
      do {
        let outgoing = Buffer([UInt8(world.rank + 1)])
        completed = outgoing
        try world.isend(UnsafeBufferPointer(outgoing.elements), owner: outgoing, to: world.right).wait()
      }
      try expect(completed == nil, "the buffer of a complete request goes")
      // Messages between two ranks keep their order: when the second is here, so is the first.
      try world.exchangeWithNeighbours()
      try expect(place[0], is: UInt8(world.left + 1), "what MPI wrote after the drop")
    },
  ]
}

extension Communicator {
  fileprivate func exchangeWithNeighbours() throws {
    let outgoing = Buffer<UInt8>([0])
    let incoming = Buffer<UInt8>([0])
    let receiving = try ireceive(into: incoming.elements, owner: incoming, from: left)
    try isend(UnsafeBufferPointer(outgoing.elements), owner: outgoing, to: right).wait()
    try receiving.wait()
  }
}
