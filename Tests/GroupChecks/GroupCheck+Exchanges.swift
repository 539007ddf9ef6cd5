import Collectives

extension GroupCheck {
  static let exchanges = [
    GroupCheck("a broadcast gives every rank the root's bytes, whatever their lengths were") { group in
      for root in 0..<group.size {
        let message = Array("from rank \(root)".utf8)
        var bytes = group.rank == root ? message : [UInt8](repeating: 7, count: 40 * group.rank)
        try group.broadcast(&bytes, from: root)
        try expect(bytes, is: message)
      }
    },
    GroupCheck("a broadcast of nothing leaves every rank with nothing") { group in
      var bytes: [UInt8] = group.rank == 0 ? [] : [1, 2, 3]
      try group.broadcast(&bytes, from: 0)
      try expect(bytes, is: [])
    },
    GroupCheck("an all-gather returns the bytes of all ranks in rank order, of any lengths") { group in
      let all = try group.allGather([UInt8](repeating: UInt8(10 + group.rank), count: 3 * group.rank))
      try expect(all, is: (0..<group.size).map { [UInt8](repeating: UInt8(10 + $0), count: 3 * $0) })
    },
    GroupCheck("collectives that follow each other at once do not mix") { group in
      for round in 0..<50 {
        var sum = [Double(group.rank + round)]
        try group.allReduceSum(&sum)
        try expect(sum, is: [Double(group.sumOfRanks + round * group.size)], "sum of round \(round)")
        let all = try group.allGather([UInt8(round), UInt8(group.rank)])
        try expect(all, is: (0..<group.size).map { [UInt8(round), UInt8($0)] }, "bytes of round \(round)")
        try group.barrier()
      }
    },
  ]
}
