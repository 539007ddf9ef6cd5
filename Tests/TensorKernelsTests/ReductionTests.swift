import KernelInterface
import Testing

@Suite struct ReductionTests {
  @Test("sums follow the lane rule to the bit", arguments: InstructionSet.available)
  func sums(set: InstructionSet) {
    for count in lengths {
      let x = Floats(random: 1, count: count)
      let sum = set.kernels.sum(x.pointer, count: count)
      #expect(sum.bitPattern == reference.sum(x.pointer, count: count).bitPattern, "\(count) elements")
      let squares = set.kernels.sumOfSquares(x.pointer, count: count)
      #expect(squares.bitPattern == reference.sumOfSquares(x.pointer, count: count).bitPattern, "\(count) elements")
    }
  }

  @Test("the lane tree adds halves, then quarters, then pairs, then the two", arguments: InstructionSet.available)
  func laneTree(set: InstructionSet) {
    let x = randomFloats(2, count: 16).map { $0 * 1e6 }
    let pairs = (0..<8).map { x[$0] + x[$0 + 8] }
    let quarters = (0..<4).map { pairs[$0] + pairs[$0 + 4] }
    let expected = (quarters[0] + quarters[2]) + (quarters[1] + quarters[3])
    let terms = Floats(x)
    #expect(set.kernels.sum(terms.pointer, count: 16) == expected)
  }

  @Test("a sum is close to the exact one", arguments: InstructionSet.available)
  func sumAccuracy(set: InstructionSet) {
    let x = Floats(random: 3, count: 10_000)
    let exact = x.elements.reduce(0.0) { $0 + Double($1) }
    let exactSquares = x.elements.reduce(0.0) { $0 + Double($1) * Double($1) }
    #expect((Double(set.kernels.sum(x.pointer, count: 10_000)) - exact).magnitude < 1e-3)
    #expect((set.kernels.sumOfSquares(x.pointer, count: 10_000) - exactSquares).magnitude < 1e-9)
  }

  @Test("one infinity or NaN anywhere is found, great and small values are not", arguments: InstructionSet.available)
  func isFinite(set: InstructionSet) {
    let odd: [Float] = [
      .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .leastNonzeroMagnitude, -0.0, .leastNormalMagnitude,
    ]
    let notFinite: [Float] = [.infinity, -.infinity, .nan, -.nan, .signalingNaN, Float(bitPattern: 0x7FFF_FFFF)]
    for count in lengths {
      let x = Floats((0..<count).map { odd[$0 % odd.count] })
      #expect(set.kernels.isFinite(x.pointer, count: count) && reference.isFinite(x.pointer, count: count))
      for place in stride(from: 0, to: count, by: max(1, count / 70)) {
        x.pointer[place] = notFinite[place % notFinite.count]
        #expect(!set.kernels.isFinite(x.pointer, count: count), "\(x.elements[place]) at \(place) of \(count)")
        #expect(!reference.isFinite(x.pointer, count: count))
        x.pointer[place] = 1
      }
    }
  }

  @Test("column sums are chains over the rows, which may lie apart", arguments: InstructionSet.available)
  func columnSums(set: InstructionSet) {
    for (rows, columns) in [(0, 3), (1, 1), (7, 10), (64, 16), (5, 63), (9, 64), (3, 65), (4, 150)] {
      for (accumulates, gap) in [(false, 0), (true, 0), (true, 5)] {
        let x = Floats(random: 4, count: max(0, rows * (columns + gap) - gap))
        let actual = Floats(random: 5, count: columns)
        let expected = Floats(random: 5, count: columns)
        set.kernels.columnSums(
          x.pointer, rowStride: columns + gap, into: actual.pointer, rows: rows, columns: columns,
          accumulates: accumulates)
        reference.columnSums(
          x.pointer, rowStride: columns + gap, into: expected.pointer, rows: rows, columns: columns,
          accumulates: accumulates)
        expectSameBits(actual.elements, expected.elements, "\(rows) x \(columns), accumulates: \(accumulates)")
        #expect(actual.canariesLive)
      }
    }
  }

  @Test("row sums are added 4,096 values at a time", arguments: InstructionSet.available)
  func rowSums(set: InstructionSet) {
    for (rows, columns) in [(0, 3), (3, 0), (1, 1), (7, 10), (4, 16), (5, 63), (2, 4096), (3, 9001)] {
      for accumulates in [false, true] {
        let x = Floats(random: 7, count: rows * columns)
        let (actual, expected) = (Floats(random: 8, count: rows), Floats(random: 8, count: rows))
        set.kernels.rowSums(x.pointer, into: actual.pointer, rows: rows, columns: columns, accumulates: accumulates)
        reference.rowSums(x.pointer, into: expected.pointer, rows: rows, columns: columns, accumulates: accumulates)
        expectSameBits(actual.elements, expected.elements, "\(rows) x \(columns)")
      }
    }
  }

  @Test("maxima of rows and columns; a NaN is the greatest", arguments: InstructionSet.available)
  func maxima(set: InstructionSet) {
    for (rows, columns) in [(1, 1), (3, 2), (7, 10), (16, 16), (5, 63), (9, 64), (3, 150)] {
      for spoilt in [false, true] {
        var values = randomFloats(9, count: rows * columns).map { $0 - 2 }
        if spoilt {
          values[rows * columns / 2] = .nan
          values[0] = .infinity
          values[rows * columns - 1] = -.infinity
        }
        let x = Floats(values)
        let (actual, expected) = (Floats(count: columns), Floats(count: columns))
        set.kernels.columnMaxima(x.pointer, rowStride: columns, into: actual.pointer, rows: rows, columns: columns)
        reference.columnMaxima(x.pointer, rowStride: columns, into: expected.pointer, rows: rows, columns: columns)
        expectSameBits(actual.elements, expected.elements, "columns of \(rows) x \(columns)")
        let (actualRows, expectedRows) = (Floats(count: rows), Floats(count: rows))
        set.kernels.rowMaxima(x.pointer, into: actualRows.pointer, rows: rows, columns: columns)
        reference.rowMaxima(x.pointer, into: expectedRows.pointer, rows: rows, columns: columns)
        expectSameBits(actualRows.elements, expectedRows.elements, "rows of \(rows) x \(columns)")
        #expect(actual.canariesLive && actualRows.canariesLive)
      }
    }
  }

  @Test("argmax takes the first of equals, and a NaN before everything", arguments: InstructionSet.available)
  func argmax(set: InstructionSet) {
    let rows: [[Float]] = [
      [1, 3, 2, 3], [.nan, 1, 2, 3], [1, .infinity, .nan, .nan], [-.infinity, -.infinity, -5, -6], [0, -0.0, 0, 0],
    ]
    let x = Floats(rows.flatMap { $0 })
    let y = Guarded<Int32>([Int32](repeating: -1, count: rows.count))
    set.kernels.argmaxRows(x.pointer, into: y.pointer, rows: rows.count, columns: 4)
    #expect(y.elements == [1, 0, 2, 2, 0])
    for columns in [1, 10, 16, 17, 40] {
      let x = Floats(random: 6, count: 20 * columns)
      let actual = Guarded<Int32>([Int32](repeating: -1, count: 20))
      let expected = Guarded<Int32>([Int32](repeating: -1, count: 20))
      set.kernels.argmaxRows(x.pointer, into: actual.pointer, rows: 20, columns: columns)
      reference.argmaxRows(x.pointer, into: expected.pointer, rows: 20, columns: columns)
      #expect(actual.elements == expected.elements)
    }
  }
}
