import KernelInterface
import Testing

@Suite struct MovementTests {
  static let sizes = [0, 1, 3, 7, 8, 9, 15, 16, 17, 24, 31, 40]

  @Test("transposes and copies put every value in its place and touch no other", arguments: InstructionSet.available)
  func everyShape(set: InstructionSet) {
    for (rows, columns) in Self.sizes.flatMap({ rows in Self.sizes.map { (rows, $0) } }) {
      for (gap, accumulates) in [(0, false), (0, true), (3, false), (5, true)] {
        check(set, rows: rows, columns: columns, gap: gap, accumulates: accumulates)
      }
    }
  }

  private func check(_ set: InstructionSet, rows: Int, columns: Int, gap: Int, accumulates: Bool) {
    let (xStride, yStride, copyStride) = (columns + gap, rows + gap, columns + 2 * gap)
    let x = Floats(random: 1, count: max(0, rows * xStride - gap))
    let transposed = (0..<2).map { _ in Floats(random: 2, count: max(0, columns * yStride - gap)) }
    let copied = (0..<2).map { _ in Floats(random: 3, count: max(0, rows * copyStride - 2 * gap)) }
    for (index, kernels) in [set.kernels, reference as any Kernels].enumerated() {
      kernels.transpose(
        x.pointer, xStride: xStride, into: transposed[index].pointer, yStride: yStride, rows: rows, columns: columns,
        accumulates: accumulates)
      kernels.copyRows(
        x.pointer, xStride: xStride, into: copied[index].pointer, yStride: copyStride, rows: rows, columns: columns,
        accumulates: accumulates)
    }
    expectSameBits(transposed[0].elements, transposed[1].elements, "\(rows) x \(columns) transposed, gap \(gap)")
    expectSameBits(copied[0].elements, copied[1].elements, "\(rows) x \(columns) copied, gap \(gap)")
    #expect(transposed[0].canariesLive && copied[0].canariesLive)
  }

  @Test("a transpose exchanges rows and columns", arguments: InstructionSet.available)
  func meaning(set: InstructionSet) {
    let x = Floats([1, 2, 3, 4, 5, 6])
    let y = Floats(count: 6)
    set.kernels.transpose(x.pointer, xStride: 3, into: y.pointer, yStride: 2, rows: 2, columns: 3, accumulates: false)
    #expect(y.elements == [1, 4, 2, 5, 3, 6])
  }
}
