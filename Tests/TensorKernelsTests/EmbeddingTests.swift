import KernelInterface
import Testing

@Suite struct EmbeddingTests {
  static let shapes = [
    (1, 1, 1), (5, 9, 3), (7, 20, 16), (40, 13, 17), (3, 50, 65), (9, 0, 33), (4, 6, 0), (130, 64, 100),
  ]

  private func ids(_ count: Int, _ rows: Int) -> Guarded<Int32> {
    Guarded((0..<count).map { Int32(($0 * $0 * 7 + 3 * $0) % rows) })
  }

  @Test("rows are gathered as they are", arguments: InstructionSet.available)
  func gather(set: InstructionSet) {
    for (rows, count, width) in Self.shapes {
      let (table, ids) = (Floats(random: 1, count: rows * width), ids(count, rows))
      let (y, expected) = (Floats(count: count * width), Floats(count: count * width))
      set.kernels.gatherRows(table.pointer, ids: ids.pointer, into: y.pointer, count: count, width: width)
      reference.gatherRows(table.pointer, ids: ids.pointer, into: expected.pointer, count: count, width: width)
      expectSameBits(y.elements, expected.elements)
      #expect(y.canariesLive)
    }
  }

  @Test("rows are added in the order of their positions, however columns are cut", arguments: InstructionSet.available)
  func scatter(set: InstructionSet) {
    for ((rows, count, width), accumulates) in Self.shapes.flatMap({ [($0, false), ($0, true)] }) {
      let ids = ids(count, rows)
      // Every fifth position is left out.
      let kept = (0..<count).filter { $0 % 5 != 4 }
      let order = Guarded(kept.sorted { (ids.elements[$0], $0) < (ids.elements[$1], $1) }.map { Int32($0) })
      let dy = Floats(random: 2, count: count * width)
      let (table, expected) = (Floats(random: 3, count: rows * width), Floats(random: 3, count: rows * width))
      let scatter = { (table: Floats) in
        RowScatter(
          table: table.pointer, tableRows: rows, rows: dy.pointer, width: width, ids: ids.pointer, order: order.pointer,
          count: order.count, accumulates: accumulates)
      }
      for cut in [0..<width / 3, width / 3..<width] { set.kernels.scatterAddRows(scatter(table), columns: cut) }
      reference.scatterAddRows(scatter(expected), columns: 0..<width)
      expectSameBits(table.elements, expected.elements, "\(rows), \(count), \(width), \(accumulates)")
      #expect(table.canariesLive)
    }
  }
}
