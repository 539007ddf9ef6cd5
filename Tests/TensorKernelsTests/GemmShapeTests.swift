import KernelInterface
import Testing

/// Products of many shapes, and of packed operands.
@Suite struct GemmShapeTests {
  /// A seeded whole number in 0 ... limit, small ones more often.
  private static func draw(_ limit: Int, _ key: RandomKey, _ element: Int) -> Int {
    let bits = key.bits(at: element)
    return Int(bits >> 8) % (limit >> Int(bits & 3) + 1)
  }

  @Test("two thousand random shapes are the reference's bits", arguments: InstructionSet.available)
  func random(set: InstructionSet) {
    let key = RandomKey(seed: 31)
    for index in 0..<2_000 {
      let at = index * 8
      let (m, n, k) = (Self.draw(70, key, at), Self.draw(80, key, at + 1), Self.draw(60, key, at + 2))
      let (aTransposed, bTransposed) = (key.bits(at: at + 3) & 1 == 1, key.bits(at: at + 4) & 1 == 1)
      let start = SumStart.allCases[Self.draw(3, key, at + 5)]
      let make = {
        GuardedProduct(
          m, n, k, aTransposed: aTransposed, bTransposed: bTransposed, start: start, gap: Self.draw(20, key, at + 6))
      }
      expectSameBits(
        make().multiplied(by: set.kernels), make().multiplied(by: reference),
        "\(m) x \(n) x \(k), transposed: \(aTransposed) \(bTransposed), start: \(start)")
    }
  }

  @Test("one row and a few, with long rows of B", arguments: InstructionSet.available)
  func fewRows(set: InstructionSet) {
    for (m, n, k) in [
      (1, 4100, 7), (2, 4097, 5), (4, 100, 70), (5, 64, 70), (1, 70, 1100), (1, 39, 1103), (3, 35, 1030),
      (1, 33, 8), (2, 17, 23), (1, 5, 16), (1, 24, 40), (2, 4112, 25), (1, 8, 15),
    ] {
      for (aTransposed, bTransposed) in GemmTests.transpositions {
        let make = { GuardedProduct(m, n, k, aTransposed: aTransposed, bTransposed: bTransposed, start: .oldValue) }
        expectSameBits(
          make().multiplied(by: set.kernels), make().multiplied(by: reference),
          "\(m) x \(n) x \(k), transposed: \(aTransposed) \(bTransposed)")
      }
    }
  }

  @Test("rows of a power of two apart", arguments: InstructionSet.available)
  func conflictingRows(set: InstructionSet) {
    for (m, n, k) in [(20, 512, 6), (512, 20, 40), (130, 512, 3)] {
      for (aTransposed, bTransposed) in GemmTests.transpositions {
        let make = { GuardedProduct(m, n, k, aTransposed: aTransposed, bTransposed: bTransposed, start: .zero) }
        expectSameBits(make().multiplied(by: set.kernels), make().multiplied(by: reference), "\(m) x \(n) x \(k)")
      }
    }
  }

  /// op(B) of `product`, packed in two parts as two threads do it.
  private func packed(_ product: MatrixProduct, _ kernels: any Kernels) -> Floats {
    let width = kernels.packedPanelColumns
    let panels = Floats(count: (product.n + width - 1) / width * width * product.k)
    let cut = min(product.n, 2 * width)
    for range in [0..<cut, cut..<product.n] where !range.isEmpty {
      kernels.packB(product.columns(range), into: panels.pointer + range.lowerBound * product.k)
    }
    #expect(panels.canariesLive)
    return panels
  }

  @Test("packed B gives the bits of B itself", arguments: InstructionSet.available, [false, true])
  func packed(set: InstructionSet, bTransposed: Bool) {
    for (m, n, k) in [(1, 1, 1), (1, 50, 20), (4, 90, 9), (17, 33, 64), (130, 100, 1030), (5, 16, 0), (3, 130, 7)] {
      for kernels in [set.kernels, reference] as [any Kernels] {
        let make = {
          GuardedProduct(m, n, k, aTransposed: false, bTransposed: bTransposed, start: .bias, gap: 2)
        }
        let guarded = make()
        let panels = packed(guarded.product, kernels)
        var product = guarded.product
        product.b = UnsafePointer(panels.pointer)
        product.bPacked = true
        run(product, kernels)
        #expect(guarded.c.canariesLive)
        expectSameBits(guarded.c.elements, make().multiplied(by: reference), "\(m) x \(n) x \(k)")
      }
    }
  }

  @Test("parts of a product with packed B are the whole one's", arguments: InstructionSet.available)
  func packedParts(set: InstructionSet) {
    let (m, n, k) = (50, 90, 70)
    let make = { GuardedProduct(m, n, k, aTransposed: true, bTransposed: true, start: .bias) }
    let guarded = make()
    let panels = packed(guarded.product, set.kernels)
    var product = guarded.product
    product.b = UnsafePointer(panels.pointer)
    product.bPacked = true
    for (rows, columns) in [(0..<19, 0..<32), (0..<19, 32..<90), (19..<50, 0..<32), (19..<50, 32..<90)] {
      run(product.rows(rows).columns(columns), set.kernels)
    }
    expectSameBits(guarded.c.elements, make().multiplied(by: reference))
  }
}
