import Glibc
import KernelInterface
import Testing

@Suite struct ElementaryFunctionTests {
  /// Every 4099th of all bit patterns: denormals, infinities' neighbours and NaN among them.
  static let sample = stride(from: UInt32(0), through: .max, by: 4099).map { Float(bitPattern: $0) }

  private func evaluate(_ function: ElementaryFunction, _ x: Floats, _ set: InstructionSet) -> [Float] {
    let y = Floats(count: x.count)
    set.kernels.evaluate(function, x.pointer, into: y.pointer, count: x.count)
    return y.elements
  }

  @Test(
    "results lie within 2 units in the last place", arguments: InstructionSet.available, ElementaryFunction.allCases)
  func accuracy(set: InstructionSet, function: ElementaryFunction) {
    let y = evaluate(function, Floats(Self.sample), set)
    var worst = (ulps: 0.0, x: Float(0), y: Float(0))
    for (x, y) in zip(Self.sample, y) {
      let error = ulps(y, exactly(function, Double(x)))
      if error > worst.ulps { worst = (error, x, y) }
    }
    #expect(worst.ulps <= 2, "\(function) of \(worst.x) = \(worst.y)")
  }

  @Test("near 0, near 1 and around the borders of the formulas too", arguments: InstructionSet.available)
  func borders(set: InstructionSet) {
    let centres: [Float] = [
      0, 1, 0.625, 0.92, 4, 88.7228, -87.3365, -103.97, Float(0.5).squareRoot(), Float(2).squareRoot(), 16.6,
      .pi / 4, .pi / 2, .pi, -3 * .pi / 4, 1000, 65536,
    ]
    for function in ElementaryFunction.allCases {
      for centre in centres {
        let x = Floats(
          randomFloats(7, count: 4000).map { centre + $0 * 0.01 }
            + randomFloats(8, count: 400).map { centre - $0 * 1e-6 })
        for (x, y) in zip(x.elements, evaluate(function, x, set)) {
          let error = ulps(y, exactly(function, Double(x)))
          #expect(error <= 2, "\(function) of \(x) = \(y)")
          if error > 2 { return }
        }
      }
    }
  }

  @Test("sin and cos keep their precision beside their zeros", arguments: InstructionSet.available)
  func besideZeros(set: InstructionSet) {
    let zeros = (1...60_000).map { Float(Double($0) * .pi / 2) }
    let x = zeros + zeros.map { -$0.nextUp } + zeros.map { $0.nextDown * 0x1p40 }
    for function in [ElementaryFunction.sin, .cos] {
      let worst = zip(x, evaluate(function, Floats(x), set)).max {
        ulps($0.1, exactly(function, Double($0.0))) < ulps($1.1, exactly(function, Double($1.0)))
      }!
      #expect(ulps(worst.1, exactly(function, Double(worst.0))) <= 2, "\(function) of \(worst.0) = \(worst.1)")
    }
  }

  @Test("every build gives the same bits", arguments: ElementaryFunction.allCases)
  func sameBits(function: ElementaryFunction) {
    let results = InstructionSet.available.map { evaluate(function, Floats(Self.sample), $0) }
    for result in results.dropFirst() { expectSameBits(result, results[0], "\(function)") }
  }

  @Test("zeros, infinities and NaN give what mathematics says", arguments: InstructionSet.available)
  func specialValues(set: InstructionSet) {
    let x = Floats([0, -0.0, .infinity, -.infinity, .nan, 200, -200])
    let (huge, denormal) = (Float.infinity, Float.leastNonzeroMagnitude)
    expectSameBits(evaluate(.exp, x, set), [1, 1, huge, 0, .nan, huge, 0])
    expectSameBits(evaluate(.tanh, x, set), [0, -0.0, 1, -1, .nan, 1, -1])
    expectSameBits(evaluate(.erf, x, set), [0, -0.0, 1, -1, .nan, 1, -1])
    expectSameBits(evaluate(.sigmoid, x, set), [0.5, 0.5, 1, 0, .nan, 1, 0])
    expectSameBits(
      evaluate(.sin, Floats([0, -0.0, huge, -huge, .nan, denormal, -denormal]), set),
      [0, -0.0, .nan, .nan, .nan, denormal, -denormal])
    expectSameBits(
      evaluate(.cos, Floats([0, -0.0, huge, -huge, .nan, denormal, -denormal]), set), [1, 1, .nan, .nan, .nan, 1, 1])
    expectSameBits(
      evaluate(.log, Floats([0, -0.0, huge, -huge, .nan, 1, -1]), set), [-huge, -huge, huge, .nan, .nan, 0, .nan])
  }
}
