import Glibc
import KernelInterface
import Testing

@Suite struct BroadcastingTests {
  @Test(
    "operands of every stride give the reference's bits", arguments: InstructionSet.available, BinaryOperation.allCases)
  func combine(set: InstructionSet, operation: BinaryOperation) {
    for (rows, columns) in [(0, 4), (3, 0), (1, 1), (5, 1), (4, 10), (3, 16), (2, 17), (5, 33), (1, 100)] {
      // A whole matrix, one row, one column, one value.
      let strides = [(columns, 1), (0, 1), (1, 0), (0, 0)]
      for (aStrides, bStrides) in strides.flatMap({ a in strides.map { (a, $0) } }) {
        for accumulates in [false, true] {
          let (a, b) = (values(1, rows, columns, aStrides), values(2, rows, columns, bStrides))
          let actual = Floats(random: 3, count: rows * columns)
          let expected = Floats(random: 3, count: rows * columns)
          for (kernels, y) in [(set.kernels, actual), (reference as any Kernels, expected)] {
            kernels.combine(
              operation, StridedMatrix(base: a.pointer, rowStride: aStrides.0, columnStride: aStrides.1),
              StridedMatrix(base: b.pointer, rowStride: bStrides.0, columnStride: bStrides.1), into: y.pointer,
              rows: rows, columns: columns, accumulates: accumulates)
          }
          expectSameBits(actual.elements, expected.elements, "\(rows) x \(columns), \(aStrides), \(bStrides)")
          #expect(actual.canariesLive)
        }
      }
    }
  }

  /// Few different values, so that some are equal, with products that are rounded; a NaN and an infinity among them.
  private func values(_ seed: UInt64, _ rows: Int, _ columns: Int, _ strides: (Int, Int)) -> Floats {
    let count = rows * columns == 0 ? 0 : (rows - 1) * strides.0 + (columns - 1) * strides.1 + 1
    var values = randomFloats(seed, count: count).map { ($0 * 4).rounded() / 3 }
    if count > 9 { values.replaceSubrange(Int(seed)..<Int(seed) + 2, with: [.nan, .infinity]) }
    return Floats(values)
  }

  @Test("whole powers of either sign, and others of positive numbers", arguments: InstructionSet.available)
  func powers(set: InstructionSet) {
    for exponent in [0, 1, 2, 3, 17, -1, -4, 64, 0.5, -1.5, 2.25, 65] as [Float] {
      let isWhole = exponent.rounded() == exponent && exponent.magnitude <= 64
      let x = Floats((-40...40).map { 1 + Float($0) / 64 }.flatMap { isWhole ? [$0, -$0] : [$0] })
      let y = Floats(count: x.count)
      set.kernels.power(x.pointer, exponent, into: y.pointer, count: x.count)
      let exact = x.elements.map { pow(Double($0), Double(exponent)) }
      let worst = zip(y.elements, exact).map { ulps($0, $1) }.max()!
      #expect(worst <= max(8, 2 * Double(exponent.magnitude)), "exponent \(exponent)")
      #expect(y.canariesLive)
    }
    let x = Floats([0, -0.5, .nan, .infinity])
    let y = Floats(count: 4)
    set.kernels.power(x.pointer, 0.5, into: y.pointer, count: 4)
    expectSameBits(y.elements, [0, .nan, .nan, .infinity])
  }
}
