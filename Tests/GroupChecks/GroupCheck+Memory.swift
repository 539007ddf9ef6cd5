import Collectives

extension GroupCheck {
  static let memory = [
    GroupCheck("the topology holds every rank once, and each is among its own neighbours") { group in
      let topology = try group.topology()
      try expect(topology.ranks.sorted(), is: Array(0..<group.size))
      try expect(topology.neighbours(of: group.rank).contains(group.rank), "rank \(group.rank) is on its own node")
    },
    GroupCheck("what a rank writes into the node's memory its neighbours read, each in a segment of its own length") {
      group in
      let topology = try group.topology()
      let memory = try group.shareMemory(byteCount: 100 + group.rank, on: topology)
      let neighbours = topology.neighbours(of: group.rank)
      try expect(memory.segments.count, is: neighbours.count)
      let own = memory.segments[topology.localRank(of: group.rank)]
      own.copyBytes(from: [UInt8](repeating: UInt8(group.rank + 1), count: 100 + group.rank))
      try group.barrier()
      for (segment, rank) in zip(memory.segments, neighbours) {
        try expect(Int(bitPattern: segment.baseAddress) % 64, is: 0, "start of the segment of rank \(rank)")
        try expect(Array(segment.prefix(100 + rank)), is: [UInt8](repeating: UInt8(rank + 1), count: 100 + rank))
      }
      try group.barrier()
      try memory.free()
    },
    GroupCheck("a topology cut into single ranks gives each memory of its own") { group in
      let memory = try group.shareMemory(byteCount: 64, on: try group.topology().cut(atMost: 1))
      try expect(memory.segments.count, is: 1)
      try memory.free()
    },
    GroupCheck("messages between all pairs of ranks arrive, of any lengths, none included") { group in
      // Rank a sends b^2 + a bytes of value 16 a + b to each other rank b.
      let others = (0..<group.size).filter { $0 != group.rank }
      let sent = others.map { [UInt8](repeating: UInt8(16 * group.rank + $0), count: $0 * $0 + group.rank) }
      let memories = others.map { source in
        UnsafeMutableRawBufferPointer.allocate(byteCount: group.rank * group.rank + source, alignment: 1)
      }
      defer { for memory in memories { memory.deallocate() } }
      let letters = sent.map { bytes in
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        copy.copyBytes(from: bytes)
        return copy
      }
      defer { for letter in letters { letter.deallocate() } }
      for _ in 0..<3 {
        try group.exchange(
          outgoing: zip(others, letters).map { OutgoingMessage(to: $0, UnsafeRawBufferPointer($1)) },
          incoming: zip(others, memories).map { IncomingMessage(from: $0, into: $1) }, whileWaiting: {})
        for (source, memory) in zip(others, memories) {
          let count = group.rank * group.rank + source
          try expect(
            Array(memory), is: [UInt8](repeating: UInt8(16 * source + group.rank), count: count), "from rank \(source)")
        }
      }
    },
  ]
}
