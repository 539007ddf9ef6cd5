import KernelInterface
import Testing

@Suite struct SoftmaxTests {
  static let shapes = [(0, 4), (1, 1), (3, 2), (64, 10), (2, 15), (2, 16), (5, 17), (3, 100)]

  @Test("softmax is close to the exact one and every row sums to 1", arguments: InstructionSet.available)
  func softmax(set: InstructionSet) {
    for (rows, columns) in Self.shapes {
      let x = Floats(random: 1, count: rows * columns, scale: 10)
      let y = Floats(count: rows * columns)
      let exact = Floats(count: rows * columns)
      set.kernels.softmaxRows(x.pointer, into: y.pointer, rows: rows, columns: columns)
      reference.softmaxRows(x.pointer, into: exact.pointer, rows: rows, columns: columns)
      expectClose(y.elements, exact.elements) { 4e-7 * max($0, 1e-3) }
      for r in 0..<rows {
        let sum = y.elements[r * columns..<(r + 1) * columns].reduce(0, +)
        #expect((sum - 1).magnitude < 1e-6)
      }
      #expect(y.canariesLive)
    }
  }

  @Test("softmax survives huge logits and may overwrite them", arguments: InstructionSet.available)
  func hugeLogits(set: InstructionSet) {
    let x = Floats([3e38, 3e38, -3e38, -.infinity])
    set.kernels.softmaxRows(x.pointer, into: x.pointer, rows: 1, columns: 4)
    #expect(x.elements == [0.5, 0.5, 0, 0])
  }

  @Test("a NaN or an infinite logit spoils its own row only", arguments: InstructionSet.available)
  func nanRow(set: InstructionSet) {
    let x = Floats([1, .nan, 2, 1, 2, 3, 1, .infinity, 0])
    let y = Floats(count: 9)
    set.kernels.softmaxRows(x.pointer, into: y.pointer, rows: 3, columns: 3)
    #expect(y.elements.map(\.isNaN) == [true, true, true, false, false, false, true, true, true])
  }

  @Test("softmax backward gives the reference's bits", arguments: InstructionSet.available)
  func backward(set: InstructionSet) {
    for ((rows, columns), accumulates) in Self.shapes.flatMap({ [($0, false), ($0, true)] }) {
      let y = Floats(randomFloats(1, count: rows * columns).map(\.magnitude))
      let dy = Floats(random: 2, count: rows * columns)
      let actual = Floats(random: 3, count: rows * columns)
      let expected = Floats(random: 3, count: rows * columns)
      set.kernels.softmaxRowsBackward(
        y: y.pointer, dy: dy.pointer, into: actual.pointer, rows: rows, columns: columns, accumulates: accumulates)
      reference.softmaxRowsBackward(
        y: y.pointer, dy: dy.pointer, into: expected.pointer, rows: rows, columns: columns, accumulates: accumulates)
      expectSameBits(actual.elements, expected.elements, "\(rows) x \(columns)")
      #expect(actual.canariesLive)
    }
  }

  @Test("softmax backward is the derivative of softmax", arguments: InstructionSet.available)
  func derivative(set: InstructionSet) {
    let x: [Float] = [0.5, -1, 2, 0.25]
    let dy = Floats([1, -2, 0.5, 3])
    let value = { (x: [Float]) -> Double in
      let (x, y) = (Floats(x), Floats(count: 4))
      reference.softmaxRows(x.pointer, into: y.pointer, rows: 1, columns: 4)
      return zip(y.elements, dy.elements).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let (logits, y, dx) = (Floats(x), Floats(count: 4), Floats(count: 4))
    set.kernels.softmaxRows(logits.pointer, into: y.pointer, rows: 1, columns: 4)
    set.kernels.softmaxRowsBackward(
      y: y.pointer, dy: dy.pointer, into: dx.pointer, rows: 1, columns: 4, accumulates: false)
    for i in 0..<4 {
      var (above, below) = (x, x)
      above[i] += 1 / 128
      below[i] -= 1 / 128
      #expect((Double(dx.elements[i]) - (value(above) - value(below)) * 64).magnitude < 1e-4)
    }
  }
}
