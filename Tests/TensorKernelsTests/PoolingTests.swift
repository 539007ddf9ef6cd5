import KernelInterface
import Testing

/// A pooling with its operands in guarded memory.
private struct GuardedPooling {
  let pooling: Pooling
  let x: Floats
  let dy: Floats

  init(_ pooling: Pooling, seed: UInt64 = 1) {
    self.pooling = pooling
    // Few different values, so that windows have equals.
    x = Floats(randomFloats(seed, count: pooling.planes * pooling.inputPlane).map { ($0 * 4).rounded() })
    dy = Floats(random: seed + 1, count: pooling.planes * pooling.outputPlane)
  }

  func forward(_ kernels: any Kernels, _ rule: PoolingRule) -> [Float] {
    let y = Floats(random: 3, count: dy.count)
    withWorkspace(kernels) { kernels.pool(pooling, rule, x: x.pointer, into: y.pointer, workspace: $0) }
    #expect(y.canariesLive)
    return y.elements
  }

  func backward(_ kernels: any Kernels, _ rule: PoolingRule, accumulates: Bool) -> [Float] {
    let dx = Floats(random: 4, count: x.count)
    withWorkspace(kernels) {
      kernels.poolBackward(
        pooling, rule, x: x.pointer, dy: dy.pointer, into: dx.pointer, accumulates: accumulates, workspace: $0)
    }
    #expect(dx.canariesLive)
    return dx.elements
  }

  private func withWorkspace(_ kernels: any Kernels, _ body: (UnsafeMutableRawPointer) -> Void) {
    let size = kernels.poolingWorkspaceSize(pooling)
    let workspace = UnsafeMutableRawPointer.allocate(byteCount: size + 64, alignment: 64)
    defer { workspace.deallocate() }
    workspace.initializeMemory(as: Float.self, repeating: .nan, count: size / 4)
    for i in 0..<64 { workspace.storeBytes(of: 0x5A, toByteOffset: size + i, as: UInt8.self) }
    body(workspace)
    #expect((0..<64).allSatisfy { workspace.load(fromByteOffset: size + $0, as: UInt8.self) == 0x5A })
  }
}

@Suite struct PoolingTests {
  private static let rules: [PoolingRule] = [
    .maximum, .average(countsPadding: true), .average(countsPadding: false),
  ]

  private func expectReferenceBits(_ set: InstructionSet, _ guarded: GuardedPooling) {
    for rule in Self.rules {
      expectSameBits(
        guarded.forward(set.kernels, rule), guarded.forward(reference, rule), "\(rule) of \(guarded.pooling)")
      for accumulates in [false, true] {
        expectSameBits(
          guarded.backward(set.kernels, rule, accumulates: accumulates),
          guarded.backward(reference, rule, accumulates: accumulates), "gradient of \(rule) of \(guarded.pooling)")
      }
    }
  }

  @Test(
    "windows of every size and stride, with and without overlap, are the reference's bits",
    arguments: InstructionSet.available)
  func geometries(set: InstructionSet) {
    for size in 1...4 {
      for stride in 1...4 {
        for padding in 0...size / 2 {
          for input in [4, 7, 16, 19] {
            let height = WindowAxis(input: 5, size: min(size, 3), stride: stride, padding: min(padding, 1))
            let width = WindowAxis(input: input, size: size, stride: stride, padding: padding)
            expectReferenceBits(set, GuardedPooling(Pooling(planes: 2, height: height, width: width)))
          }
        }
      }
    }
  }

  @Test("large planes", arguments: InstructionSet.available)
  func large(set: InstructionSet) {
    for stride in 1...2 {
      let axis = WindowAxis(input: 35, size: 3, stride: stride, padding: 1)
      expectReferenceBits(set, GuardedPooling(Pooling(planes: 1, height: axis, width: axis)))
    }
    let signal = WindowAxis(input: 301, size: 5, stride: 2, padding: 2)
    expectReferenceBits(
      set, GuardedPooling(Pooling(planes: 3, height: WindowAxis(input: 1, size: 1), width: signal)))
    expectReferenceBits(set, GuardedPooling(Pooling(planes: 0, height: signal, width: signal)))
  }

  @Test("the last NaN of a window wins, minus infinity does not lose to padding", arguments: InstructionSet.available)
  func notFinite(set: InstructionSet) {
    let axis = WindowAxis(input: 6, size: 3, stride: 2, padding: 1)
    for value in [Float.nan, .infinity, -.infinity] {
      let guarded = GuardedPooling(Pooling(planes: 1, height: axis, width: axis))
      for place in [0, 1, 6, 7, 21, 22] { guarded.x.pointer[place] = value }
      expectReferenceBits(set, guarded)
    }
  }

  @Test("means of rows and their gradient", arguments: InstructionSet.available)
  func rows(set: InstructionSet) {
    for columns in lengths where columns > 0 {
      let x = Floats(random: 5, count: 3 * columns)
      let mean = { (kernels: any Kernels) in
        let y = Floats(count: 3)
        kernels.averageRows(x.pointer, into: y.pointer, rows: 3, columns: columns)
        #expect(y.canariesLive)
        return y.elements
      }
      expectSameBits(mean(set.kernels), mean(reference), "means of \(columns)")
      for accumulates in [false, true] {
        let gradient = { (kernels: any Kernels) in
          let dx = Floats(random: 6, count: 3 * columns)
          kernels.averageRowsBackward(
            dy: x.pointer, into: dx.pointer, rows: 3, columns: columns, accumulates: accumulates)
          #expect(dx.canariesLive)
          return dx.elements
        }
        expectSameBits(gradient(set.kernels), gradient(reference), "gradient of means of \(columns)")
      }
    }
  }
}
