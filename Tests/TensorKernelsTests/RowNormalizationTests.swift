import KernelInterface
import Testing

@Suite("LayerNorm and RMSNorm of rows") struct RowNormalizationTests {
  /// Widths around a vector, around the 64 lanes of a row sum and around some of those.
  static let widths = [1, 2, 7, 15, 16, 17, 31, 33, 48, 63, 64, 65, 80, 97, 112, 127, 128, 129, 191, 768, 1003]
  static let kinds = [RowNormalization.Kind.layerNorm, .rmsNorm]

  /// Everything that the kernels read and write, for `rows` rows of `width`.
  private struct Case {
    let x, residual, scale, shift, dy: Floats
    let statistics, sum, y, dx, scaleGradient, shiftGradient: Floats
    let normalization: RowNormalization

    init(_ kind: RowNormalization.Kind, rows: Int, width: Int, seed: UInt64 = 1) {
      x = Floats(randomFloats(seed, count: rows * width).map { 3 * $0 + 0.7 })
      residual = Floats(random: seed + 1, count: rows * width)
      scale = Floats(random: seed + 2, count: width)
      shift = Floats(random: seed + 3, count: width)
      dy = Floats(random: seed + 4, count: rows * width)
      statistics = Floats(count: 2 * rows)
      (sum, y, dx) = (Floats(count: rows * width), Floats(count: rows * width), Floats(count: rows * width))
      (scaleGradient, shiftGradient) = (Floats(count: width), Floats(count: width))
      normalization = RowNormalization(
        kind, rows: rows, width: width, scale: scale.pointer, statistics: statistics.pointer)
    }

    func forward(_ kernels: any Kernels, shifted: Bool) {
      kernels.normalizeRows(
        normalization, x.pointer, shift: shifted ? shift.pointer : nil, epsilon: 1e-5, into: y.pointer)
    }

    func addAndForward(_ kernels: any Kernels) {
      kernels.addAndNormalizeRows(
        normalization, x.pointer, residual.pointer, sum: sum.pointer, shift: shift.pointer, epsilon: 1e-5,
        into: y.pointer)
    }

    func backward(_ kernels: any Kernels, adding known: UnsafePointer<Float>?) {
      kernels.normalizeRowsBackward(
        normalization, x: x.pointer, dy: dy.pointer, adding: known, into: dx.pointer,
        scaleGradient: scaleGradient.pointer, shiftGradient: shiftGradient.pointer)
    }

    var outputs: [Floats] { [statistics, sum, y, dx, scaleGradient, shiftGradient] }
  }

  private func expectSameOutputs(_ actual: Case, _ expected: Case, _ what: String) {
    for (a, b) in zip(actual.outputs, expected.outputs) {
      expectSameBits(a.elements, b.elements, "\(what), \(actual.normalization.rows) x \(actual.normalization.width)")
      #expect(a.canariesLive)
    }
  }

  @Test("forward gives the reference's bits", arguments: InstructionSet.available, kinds)
  func forward(set: InstructionSet, kind: RowNormalization.Kind) {
    for (index, width) in Self.widths.enumerated() {
      for shifted in [false, true] {
        let (actual, expected) = (Case(kind, rows: index % 4, width: width), Case(kind, rows: index % 4, width: width))
        actual.forward(set.kernels, shifted: shifted)
        expected.forward(reference, shifted: shifted)
        expectSameOutputs(actual, expected, "shift: \(shifted)")
      }
    }
  }

  @Test("forward of a sum gives the reference's bits", arguments: InstructionSet.available, kinds)
  func addition(set: InstructionSet, kind: RowNormalization.Kind) {
    for width in Self.widths {
      let (actual, expected) = (Case(kind, rows: 2, width: width), Case(kind, rows: 2, width: width))
      actual.addAndForward(set.kernels)
      expected.addAndForward(reference)
      expectSameOutputs(actual, expected, "sum")
    }
  }

  @Test(
    "backward gives the reference's bits, added to another gradient, to its own or to none",
    arguments: InstructionSet.available, kinds)
  func backward(set: InstructionSet, kind: RowNormalization.Kind) {
    for width in Self.widths {
      for addend in 0..<3 {
        let (actual, expected) = (Case(kind, rows: 3, width: width), Case(kind, rows: 3, width: width))
        for (made, kernels) in [(actual, set.kernels), (expected, reference as any Kernels)] {
          made.forward(kernels, shifted: true)
          made.backward(
            kernels, adding: [nil, UnsafePointer(made.residual.pointer), UnsafePointer(made.dx.pointer)][addend])
        }
        expectSameOutputs(actual, expected, "addend \(addend)")
      }
    }
  }

  @Test("hundreds of small shapes give the reference's bits", arguments: InstructionSet.available)
  func smallShapes(set: InstructionSet) {
    let key = RandomKey(seed: 7)
    for round in 0..<300 {
      let (rows, width) = (Int(key.bits(at: 2 * round) % 5), Int(key.bits(at: 2 * round + 1) % 150))
      let kind = Self.kinds[round % 2]
      let (actual, expected) = (
        Case(kind, rows: rows, width: width, seed: UInt64(round)),
        Case(kind, rows: rows, width: width, seed: UInt64(round))
      )
      for (made, kernels) in [(actual, set.kernels), (expected, reference as any Kernels)] {
        made.addAndForward(kernels)
        made.backward(kernels, adding: nil)
      }
      expectSameOutputs(actual, expected, "\(kind)")
    }
  }

  @Test("the result is close to Float64's, also where the mean is far from zero", arguments: InstructionSet.available)
  func accuracy(set: InstructionSet) {
    for (width, offset) in [(768, 0), (768, 100), (50, -30), (4099, 1000)] as [(Int, Float)] {
      let x = Floats(randomFloats(3, count: width).map { $0 + offset })
      let (y, statistics) = (Floats(count: width), Floats(count: 2))
      let ones = Floats([Float](repeating: 1, count: width))
      set.kernels.normalizeRows(
        RowNormalization(.layerNorm, rows: 1, width: width, scale: ones.pointer, statistics: statistics.pointer),
        x.pointer, shift: nil, epsilon: 1e-5, into: y.pointer)
      let values = x.elements.map(Double.init)
      let mean = values.reduce(0, +) / Double(width)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(width)
      let exact = values.map { Float(($0 - mean) / (variance + 1e-5).squareRoot()) }
      // The rounding of the mean shifts every result.
      expectClose(y.elements, exact) { _ in 2e-6 + 4 * offset.magnitude.ulp }
    }
  }

  @Test("a row of equal values becomes the shift", arguments: InstructionSet.available)
  func constantRow(set: InstructionSet) {
    let made = Case(.layerNorm, rows: 1, width: 48)
    for c in 0..<48 { made.x.pointer[c] = 0.25 }
    made.forward(set.kernels, shifted: true)
    #expect(made.y.elements == made.shift.elements)
  }

  @Test("a NaN or an infinite value spoils its own row only", arguments: InstructionSet.available, kinds)
  func nonFinite(set: InstructionSet, kind: RowNormalization.Kind) {
    for width in [5, 16, 40] {
      let made = Case(kind, rows: 4, width: width)
      made.x.pointer[width + 1] = .nan
      made.x.pointer[3 * width + 2] = .infinity
      made.forward(set.kernels, shifted: true)
      let rows = (0..<4).map { made.y.elements[$0 * width..<($0 + 1) * width] }
      #expect(rows.map { row in row.contains { $0.isNaN } } == [false, true, false, true])
      #expect(!rows[1].contains { !$0.isNaN })
      // An infinite value has an infinite deviation: under RMSNorm the others are 0 times their scale.
      #expect(rows[3].count { $0.isNaN } == (kind == .layerNorm ? width : 1))
    }
  }

  @Test("y may overwrite x", arguments: InstructionSet.available)
  func inPlace(set: InstructionSet) {
    let (apart, made) = (Case(.layerNorm, rows: 3, width: 53), Case(.layerNorm, rows: 3, width: 53))
    apart.forward(set.kernels, shifted: true)
    set.kernels.normalizeRows(
      made.normalization, made.x.pointer, shift: made.shift.pointer, epsilon: 1e-5, into: made.x.pointer)
    expectSameBits(made.x.elements, apart.y.elements)
  }
}
