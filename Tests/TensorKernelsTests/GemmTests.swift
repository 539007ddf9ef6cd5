import KernelInterface
import Testing

/// Where a sum begins, or that it is added to the old value.
enum SumStart: CaseIterable, Sendable {
  case zero, bias, oldValue, beforeOldValue

  var accumulation: Accumulation {
    switch self {
    case .zero, .bias: .replacing
    case .oldValue: .continuingChain
    case .beforeOldValue: .addingSum
    }
  }
}

/// A product with its operands in guarded memory, rows of each lying `gap` floats further apart than needed.
struct GuardedProduct {
  let a: Floats
  let b: Floats
  let c: Floats
  let bias: Floats
  var product: MatrixProduct

  init(_ m: Int, _ n: Int, _ k: Int, aTransposed: Bool, bTransposed: Bool, start: SumStart, gap: Int = 0) {
    // The last row ends with its last value, so that reading behind it is caught.
    let matrix = { (rows: Int, columns: Int, seed: UInt64) -> Floats in
      Floats(random: seed, count: max(0, rows == 0 ? 0 : (rows - 1) * (columns + gap) + columns))
    }
    a = aTransposed ? matrix(k, m, 1) : matrix(m, k, 1)
    b = bTransposed ? matrix(n, k, 2) : matrix(k, n, 2)
    c = matrix(m, n, 3)
    bias = Floats(random: 4, count: n)
    product = MatrixProduct(
      m: m, n: n, k: k, a: a.pointer, aStride: (aTransposed ? m : k) + gap, aTransposed: aTransposed, b: b.pointer,
      bStride: (bTransposed ? k : n) + gap, bTransposed: bTransposed, c: c.pointer, cStride: n + gap,
      accumulation: start.accumulation, bias: start == .bias ? UnsafePointer(bias.pointer) : nil)
  }

  /// C, gaps included, after `kernels` have multiplied.
  func multiplied(by kernels: any Kernels) -> [Float] {
    run(product, kernels)
    #expect(c.canariesLive)
    return c.elements
  }
}

func run(_ product: MatrixProduct, _ kernels: any Kernels) {
  let workspace = UnsafeMutableRawPointer.allocate(
    byteCount: kernels.gemmWorkspaceSize(product) + 64, alignment: 64)
  defer { workspace.deallocate() }
  let end = workspace + kernels.gemmWorkspaceSize(product)
  for i in 0..<64 { end.storeBytes(of: 0x5A, toByteOffset: i, as: UInt8.self) }
  kernels.gemm(product, workspace: workspace)
  #expect((0..<64).allSatisfy { end.load(fromByteOffset: $0, as: UInt8.self) == 0x5A }, "workspace overrun")
}

@Suite struct GemmTests {
  static let transpositions = [(false, false), (false, true), (true, false), (true, true)]

  private func expectReferenceBits(_ set: InstructionSet, _ m: Int, _ n: Int, _ k: Int, gap: Int = 0) {
    for (aTransposed, bTransposed) in Self.transpositions {
      for start in SumStart.allCases {
        let make = {
          GuardedProduct(m, n, k, aTransposed: aTransposed, bTransposed: bTransposed, start: start, gap: gap)
        }
        expectSameBits(
          make().multiplied(by: set.kernels), make().multiplied(by: reference),
          "\(m) x \(n) x \(k), transposed: \(aTransposed) \(bTransposed), start: \(start)")
      }
    }
  }

  @Test(
    "small products are the reference's bits around every border of lanes and tiles",
    arguments: InstructionSet.available)
  func small(set: InstructionSet) {
    for m in [0, 1, 6, 7, 14, 15, 17] {
      for n in [0, 1, 10, 16, 17, 31, 32, 33] {
        for k in [0, 1, 15, 16, 17] { expectReferenceBits(set, m, n, k) }
      }
    }
  }

  @Test("every tile height is right", arguments: InstructionSet.available)
  func tileHeights(set: InstructionSet) {
    for m in 1...30 { expectReferenceBits(set, m, 42, 9, gap: 3) }
  }

  @Test("blocks join without a trace in the bits", arguments: InstructionSet.available)
  func blocks(set: InstructionSet) {
    for (m, n, k) in [(230, 40, 600), (7, 1060, 300), (64, 100, 784), (113, 70, 20)] {
      expectReferenceBits(set, m, n, k, gap: 5)
    }
  }

  @Test("strides wider than the rows leave the gaps alone", arguments: InstructionSet.available)
  func gaps(set: InstructionSet) {
    for (m, n, k) in [(3, 10, 5), (14, 32, 16), (15, 33, 17), (64, 10, 33)] {
      for gap in [1, 16, 100] { expectReferenceBits(set, m, n, k, gap: gap) }
    }
  }

  @Test("the result is as near to the exact product as k roundings allow", arguments: InstructionSet.available)
  func accuracy(set: InstructionSet) {
    let (m, n, k) = (20, 50, 300)
    let guarded = GuardedProduct(m, n, k, aTransposed: false, bTransposed: true, start: .bias)
    let c = guarded.multiplied(by: set.kernels)
    let (a, b, bias) = (guarded.a.elements, guarded.b.elements, guarded.bias.elements)
    for (i, j) in [(0, 0), (19, 49), (7, 31), (13, 32)] {
      var exact = Double(bias[j])
      var magnitudes = exact.magnitude
      for p in 0..<k {
        let term = Double(a[i * k + p]) * Double(b[j * k + p])
        exact += term
        magnitudes += term.magnitude
      }
      let bound = Double(k) * Double(Float.ulpOfOne) / 2 * magnitudes
      #expect((Double(c[i * n + j]) - exact).magnitude <= bound)
    }
  }

  @Test("cutting rows and columns into parts gives the same bits", arguments: InstructionSet.available)
  func parts(set: InstructionSet) {
    let (m, n, k) = (50, 90, 70)
    let whole = GuardedProduct(m, n, k, aTransposed: true, bTransposed: false, start: .oldValue)
    let cut = GuardedProduct(m, n, k, aTransposed: true, bTransposed: false, start: .oldValue)
    for (rows, columns) in [(0..<19, 0..<33), (0..<19, 33..<90), (19..<50, 0..<33), (19..<50, 33..<90)] {
      var part = cut.product
      (part.m, part.n) = (rows.count, columns.count)
      part.a += rows.lowerBound
      part.b += columns.lowerBound
      part.c += rows.lowerBound * n + columns.lowerBound
      run(part, set.kernels)
    }
    expectSameBits(cut.c.elements, whole.multiplied(by: set.kernels))
  }

  @Test("NaN and infinity reach exactly the elements that they belong to", arguments: InstructionSet.available)
  func specialValues(set: InstructionSet) {
    let (m, n, k) = (17, 37, 20)
    let guarded = GuardedProduct(m, n, k, aTransposed: false, bTransposed: false, start: .zero)
    guarded.a.pointer[3 * k + 7] = .nan
    guarded.a.pointer[5 * k + 2] = .infinity
    guarded.b.pointer[2 * n + 9] = 0
    guarded.b.pointer[4 * n + 35] = .nan
    let c = guarded.multiplied(by: set.kernels)
    for i in 0..<m {
      for j in 0..<n {
        let expectsNaN = i == 3 || j == 35 || (i == 5 && j == 9)
        #expect(c[i * n + j].isNaN == expectsNaN)
        #expect(c[i * n + j].isInfinite == (i == 5 && !expectsNaN))
      }
    }
  }
}
