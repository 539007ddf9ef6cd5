import KernelInterface
import Testing

@Suite struct ElementwiseTests {
  @Test("elementwise kernels give the reference's bits at every length", arguments: InstructionSet.available)
  func elementwise(set: InstructionSet) {
    let kernels = set.kernels
    let operations:
      [(any Kernels, UnsafePointer<Float>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int) -> Void] = [
        { $0.fill($3, count: $4, value: 0.3) },
        { $0.add($1, $2, into: $3, count: $4) },
        { $0.multiply($1, $2, into: $3, count: $4) },
        { $0.scale($1, by: 1.7, into: $3, count: $4) },
        { $0.addScaled($1, by: -0.3, to: $3, count: $4) },
        { $0.addProduct($1, $2, to: $3, count: $4) },
      ]
    for count in lengths {
      let a = Floats(random: 1, count: count)
      let b = Floats(random: 2, count: count)
      for (number, operation) in operations.enumerated() {
        let actual = Floats(random: 3, count: count)
        let expected = Floats(random: 3, count: count)
        operation(kernels, a.pointer, b.pointer, actual.pointer, count)
        operation(reference, a.pointer, b.pointer, expected.pointer, count)
        expectSameBits(actual.elements, expected.elements, "operation \(number), \(count) elements")
        #expect(actual.canariesLive)
      }
    }
  }

  @Test("an elementwise result may take the place of its operand", arguments: InstructionSet.available)
  func inPlace(set: InstructionSet) {
    let y = Floats(random: 4, count: 37)
    let expected = zip(y.elements, y.elements).map { $0 + $1 }
    set.kernels.add(y.pointer, y.pointer, into: y.pointer, count: 37)
    expectSameBits(y.elements, expected)
  }

  @Test("a row is added to every row", arguments: InstructionSet.available)
  func addRow(set: InstructionSet) {
    for (rows, columns) in [(0, 5), (3, 0), (1, 1), (4, 10), (3, 16), (5, 33)] {
      let x = Floats(random: 5, count: rows * columns)
      let row = Floats(random: 6, count: columns)
      let actual = Floats(count: rows * columns)
      let expected = Floats(count: rows * columns)
      set.kernels.addRow(row.pointer, to: x.pointer, into: actual.pointer, rows: rows, columns: columns)
      reference.addRow(row.pointer, to: x.pointer, into: expected.pointer, rows: rows, columns: columns)
      expectSameBits(actual.elements, expected.elements, "\(rows) x \(columns)")
    }
  }
}
