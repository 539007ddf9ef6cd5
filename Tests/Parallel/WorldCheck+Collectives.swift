import GroupChecks
import MessagePassing

extension WorldCheck {
  static let collectives = [
    WorldCheck("all-reduce knows sum, minimum and maximum of every element type") { world in
      try checkReductions(of: UInt8.self, on: world) { UInt8($0) }
      try checkReductions(of: Int32.self, on: world) { Int32($0) }
      try checkReductions(of: Int64.self, on: world) { Int64($0) << 40 }
      try checkReductions(of: UInt64.self, on: world) { UInt64($0) << 50 }
      try checkReductions(of: Float.self, on: world) { Float($0) / 4 }
      try checkReductions(of: Double.self, on: world) { Double($0) / 1024 }
    },
    WorldCheck("broadcast copies the root's elements from any root") { world in
      for root in 0..<world.size {
        var values = [Float](repeating: Float(world.rank), count: 9)
        try values.withUnsafeMutableBufferPointer { try world.broadcast($0, from: root) }
        try expect(values, is: [Float](repeating: Float(root), count: 9))
      }
    },
    WorldCheck("a broadcast from a rank that is not there names the call and the caller") { world in
      var values: [Float] = [1]
      let error = try expectError(MPIError.self) {
        try values.withUnsafeMutableBufferPointer { try world.broadcast($0, from: world.size) }
      }
      try expect(error.operation, is: "MPI_Bcast")
      try expect(error.rank, is: world.rank)
      try expect(error.kind, is: .invalidArgument)
      try expect(
        error.message.hasPrefix("MPI_Bcast failed on rank \(world.rank): MPI_ERR_ROOT"), "the message: \(error.message)"
      )
    },
    WorldCheck("reduce-scatter gives each rank its block of the sum") { world in
      let values = (0..<2 * world.size).map { Int64(100 * world.rank + $0) }
      let own = try world.reduceScattered(values, blockOf: 2)
      try expect(own, is: [2 * world.rank, 2 * world.rank + 1].map { Int64(100 * world.sumOfRanks + world.size * $0) })
    },
    WorldCheck("an uneven reduce-scatter gives each rank as many elements as it asks for, even none") { world in
      let counts = (0..<world.size).map { 3 * $0 }
      let values = (0..<counts.reduce(0, +)).map { Int32(100 * world.rank + $0) }
      let own = try world.reduceScattered(values, counts: counts)
      let start = counts[..<world.rank].reduce(0, +)
      let expected = (start..<start + counts[world.rank]).map { Int32(100 * world.sumOfRanks + world.size * $0) }
      try expect(own, is: expected)
    },
    WorldCheck("all-gather joins equal blocks in rank order") { world in
      let own = [Float(world.rank), Float(-world.rank)]
      var all = [Float](repeating: .nan, count: 2 * world.size)
      try all.withUnsafeMutableBufferPointer { all in
        try own.withUnsafeBufferPointer { try world.allGather($0, into: all) }
      }
      try expect(all, is: (0..<world.size).flatMap { [Float($0), Float(-$0)] })
    },
    WorldCheck("an uneven all-gather joins blocks of any length in rank order") { world in
      let counts = (0..<world.size).map { (2 * $0 + 1) % 4 }
      let own = [Double](repeating: Double(world.rank), count: counts[world.rank])
      var all = [Double](repeating: .nan, count: counts.reduce(0, +))
      try all.withUnsafeMutableBufferPointer { all in
        try own.withUnsafeBufferPointer { try world.allGather($0, counts: counts, into: all) }
      }
      try expect(all, is: counts.enumerated().flatMap { [Double](repeating: Double($0), count: $1) })
    },
  ]
}

/// Rank r brings `element(r + 1)` and `element(size - r)`.
private func checkReductions<Element: MPIDatatype & Equatable & AdditiveArithmetic>(
  of type: Element.Type, on world: Communicator, element: (Int) -> Element
) throws {
  let own = [element(world.rank + 1), element(world.size - world.rank)]
  let total = (1...world.size).reduce(Element.zero) { $0 + element($1) }
  try expect(try world.allReduced(own, .sum), is: [total, total], "sum of \(type)")
  try expect(try world.allReduced(own, .min), is: [element(1), element(1)], "minimum of \(type)")
  try expect(try world.allReduced(own, .max), is: [element(world.size), element(world.size)], "maximum of \(type)")
}

extension Communicator {
  fileprivate func allReduced<Element: MPIDatatype>(_ values: [Element], _ reduction: Reduction) throws -> [Element] {
    var values = values
    try values.withUnsafeMutableBufferPointer { try allReduce($0, reduction) }
    return values
  }

  fileprivate func reduceScattered(_ values: [Int64], blockOf count: Int) throws -> [Int64] {
    var own = [Int64](repeating: -1, count: count)
    try own.withUnsafeMutableBufferPointer { own in
      try values.withUnsafeBufferPointer { try reduceScatter($0, into: own, .sum) }
    }
    return own
  }

  fileprivate func reduceScattered(_ values: [Int32], counts: [Int]) throws -> [Int32] {
    var own = [Int32](repeating: -1, count: counts[rank])
    try own.withUnsafeMutableBufferPointer { own in
      try values.withUnsafeBufferPointer { try reduceScatter($0, counts: counts, into: own, .sum) }
    }
    return own
  }
}
