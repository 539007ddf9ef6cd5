import GroupChecks
import MessagePassing

extension WorldCheck {
  static let windows = [
    WorldCheck("neighbours see a window's segments in place, each of its own length") { world in
      let node = try world.splitByNode()
      let window = try SharedWindow<Float>(count: 3 * node.rank, on: node)
      for i in window.segment.indices { window.segment[i] = Float(100 * node.rank + i) }
      try window.synchronize()
      for rank in 0..<node.size {
        let expected = (0..<3 * rank).map { Float(100 * rank + $0) }
        try expect(Array(window.segment(ofRank: rank)), is: expected, "segment of rank \(rank)")
      }
      try window.synchronize()
      try window.free()
      try node.free()
    },
    WorldCheck("what a neighbour writes into a segment its owner reads") { world in
      let window = try SharedWindow<Int64>(count: 1, on: world)
      window.segment[0] = -1
      try window.synchronize()
      window.segment(ofRank: world.right)[0] = Int64(world.rank)
      try window.synchronize()
      try expect(window.segment[0], is: Int64(world.left))
      try window.free()
    },
    WorldCheck("every segment starts at a multiple of 64 bytes, as every rank sees it") { world in
      let window = try SharedWindow<UInt8>(count: 1 + 7 * world.rank, on: world)
      for rank in 0..<world.size {
        let address = Int(bitPattern: window.segment(ofRank: rank).baseAddress)
        try expect(address % 64, is: 0, "offset of the segment of rank \(rank)")
      }
      try window.free()
    },
    WorldCheck("a window serves many rounds: each rank sums one slice over all segments") { world in
      let count = 4 * world.size
      let window = try SharedWindow<Float>(count: count, on: world)
      let slice = 4 * world.rank..<4 * world.rank + 4
      for round in 1...10 {
        for i in 0..<count { window.segment[i] = Float(round * (world.rank + 1) + i) }
        try window.synchronize()
        let sums = slice.map { i in (0..<world.size).reduce(Float(0)) { $0 + window.segment(ofRank: $1)[i] } }
        let expected = slice.map { Float(round * (world.sumOfRanks + world.size) + world.size * $0) }
        try expect(sums, is: expected, "round \(round)")
        try window.synchronize()
      }
      try window.free()
    },
  ]
}
