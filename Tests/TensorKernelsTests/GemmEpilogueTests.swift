import KernelInterface
import Testing

@Suite struct GemmEpilogueTests {
  static let shapes = [(1, 1, 0), (1, 40, 9), (3, 33, 17), (6, 16, 5), (14, 32, 8), (29, 70, 33), (40, 10, 1100)]

  /// The same product without an epilogue, then the elementwise kernels one after the other.
  private func stepByStep(
    _ guarded: GuardedProduct, _ epilogue: MatrixProductEpilogue, _ kernels: any Kernels
  ) -> (c: [Float], y: [Float]) {
    let (m, n, stride) = (guarded.product.m, guarded.product.n, guarded.product.cStride)
    var plain = guarded.product
    plain.epilogue = MatrixProductEpilogue()
    run(plain, kernels)
    let y = Floats(guarded.c.elements)
    for row in 0..<m {
      let c = guarded.c.pointer + row * stride
      if let residual = epilogue.residual {
        kernels.add(c, residual + row * epilogue.residualStride, into: c, count: n)
      }
      kernels.activate(epilogue.activation, c, into: y.pointer + row * stride, count: n)
    }
    return (guarded.c.elements, y.elements)
  }

  @Test(
    "bias, residual and activation in the product have the bits of one after the other",
    arguments: InstructionSet.available, ActivationTests.activations)
  func sameBits(set: InstructionSet, activation: Activation) {
    for (m, n, k) in Self.shapes {
      for (hasResidual, keepsSums, transposing) in [
        (false, false, false), (true, false, true), (false, true, true), (true, true, false),
      ] {
        let make = { GuardedProduct(m, n, k, aTransposed: false, bTransposed: transposing, start: .bias, gap: 3) }
        let (fused, plain) = (make(), make())
        let residual = Floats(random: 5, count: m * n)
        let activated = Floats(fused.c.elements)
        var epilogue = MatrixProductEpilogue()
        epilogue.activation = activation
        if hasResidual { (epilogue.residual, epilogue.residualStride) = (UnsafePointer(residual.pointer), n) }
        if keepsSums { epilogue.activated = activated.pointer }
        var product = fused.product
        product.epilogue = epilogue
        run(product, set.kernels)
        let expected = stepByStep(plain, epilogue, set.kernels)
        let y = keepsSums ? activated : fused.c
        for row in 0..<m {
          let columns = row * (n + 3)..<row * (n + 3) + n
          expectSameBits(Array(y.elements[columns]), Array(expected.y[columns]), "\(m) x \(n) x \(k)")
        }
        if keepsSums { expectSameBits(fused.c.elements, expected.c, "\(m) x \(n) x \(k), sums") }
        #expect(fused.c.canariesLive && activated.canariesLive)
      }
    }
  }

  @Test("the reference's epilogue is the definition")
  func reference() {
    let guarded = GuardedProduct(2, 3, 4, aTransposed: false, bTransposed: false, start: .bias)
    let residual = Floats(random: 5, count: 6)
    let sums = GuardedProduct(2, 3, 4, aTransposed: false, bTransposed: false, start: .bias)
      .multiplied(by: TensorKernelsTests.reference)
    var product = guarded.product
    (product.epilogue.residual, product.epilogue.residualStride) = (UnsafePointer(residual.pointer), 3)
    product.epilogue.activation = .relu
    run(product, TensorKernelsTests.reference)
    expectSameBits(guarded.c.elements, zip(sums, residual.elements).map { max($0 + $1, 0) })
  }

  @Test(
    "the backward of bias and activation has the bits of one after the other", arguments: InstructionSet.available,
    ActivationTests.activations)
  func backward(set: InstructionSet, activation: Activation) {
    for (rows, columns, stride) in [(0, 5, 5), (1, 1, 1), (7, 33, 33), (20, 16, 40), (3, 130, 131)] {
      for accumulates in [false, true] {
        let count = max(0, (rows - 1) * stride + columns)
        let (x, dy) = (Floats(random: 1, count: count, scale: 4), Floats(random: 2, count: count))
        let y = Floats(count: count)
        set.kernels.activate(activation, x.pointer, into: y.pointer, count: count)
        let (dx, sums) = (Floats(count: count), Floats(random: 3, count: columns))
        set.kernels.activateBackward(
          activation, x: x.pointer, y: y.pointer, dy: dy.pointer, into: dx.pointer, sums: sums.pointer, rows: rows,
          columns: columns, stride: stride, accumulates: accumulates)
        let all = Floats(count: count)
        set.kernels.activateBackward(
          activation, x: x.pointer, y: y.pointer, dy: dy.pointer, into: all.pointer, count: count, accumulates: false)
        // What lies between the rows stays.
        let expected = (0..<count).map { $0 % stride < columns ? all.elements[$0] : -7.25 }
        expectSameBits(dx.elements, expected, "\(rows) x \(columns)")
        let dense = Floats((0..<rows).flatMap { expected[$0 * stride..<$0 * stride + columns] })
        let expectedSums = Floats(random: 3, count: columns)
        set.kernels.columnSums(
          dense.pointer, rowStride: columns, into: expectedSums.pointer, rows: rows, columns: columns,
          accumulates: accumulates)
        expectSameBits(sums.elements, expectedSums.elements, "\(rows) x \(columns), sums")
        #expect(dx.canariesLive && sums.canariesLive)
      }
    }
  }
}
