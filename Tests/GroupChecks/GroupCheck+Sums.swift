import Collectives

extension GroupCheck {
  static let sums = [
    GroupCheck("an all-reduce sums floats over ranks, element by element, in place") { group in
      var values = (0..<5).map { Float(100 * group.rank + $0) }
      try values.withUnsafeMutableBufferPointer { try group.allReduceSum($0) }
      try expect(values, is: (0..<5).map { Float(100 * group.sumOfRanks + group.size * $0) })
    },
    GroupCheck("an all-reduce sums doubles over ranks with all their digits") { group in
      var values = [1e-9 * Double(group.rank + 1), Double(1 << 40)]
      try group.allReduceSum(&values)
      let ofFirst = 1e-9 * Double(group.sumOfRanks + group.size)
      try expect(abs(values[0] - ofFirst) < 1e-23, "\(values[0]) is near \(ofFirst)")
      try expect(values[1], is: Double(group.size << 40))
    },
    GroupCheck("an all-reduce of a long buffer reaches every element") { group in
      var values = (0..<100_003).map { Float(($0 + group.rank) % 64) }
      try values.withUnsafeMutableBufferPointer { try group.allReduceSum($0) }
      let expected = (0..<100_003).map { i in
        Float((0..<group.size).reduce(0) { $0 + (i + $1) % 64 })
      }
      try expect(values == expected, "every element is the sum of its own column")
    },
    GroupCheck("an all-reduce of nothing returns on every rank") { group in
      try group.allReduceSum(UnsafeMutableBufferPointer<Float>(start: nil, count: 0))
      var values: [Double] = []
      try group.allReduceSum(&values)
      try expect(values, is: [])
    },
    GroupCheck("an all-reduce gives every rank the same bits") { group in
      // Thirds and sevenths: the order of the sum shows in the last bits.
      var values = (0..<1001).map { Float($0 + 1) / Float(3 + 4 * group.rank) }
      try values.withUnsafeMutableBufferPointer { try group.allReduceSum($0) }
      let all = try group.allGather(values.withUnsafeBytes { Array($0) })
      try expect(all.allSatisfy { $0 == all[0] }, "all ranks hold the bits of rank 0")
    },
  ]
}

extension ProcessGroup {
  /// 0 + 1 + ... + (size - 1).
  var sumOfRanks: Int { size * (size - 1) / 2 }
}
