import KernelInterface
import Testing

/// A convolution with its operands in guarded memory.
private struct GuardedConvolution {
  let convolution: Convolution
  let x: Floats
  let weight: Floats
  let bias: Floats
  let dy: Floats

  init(_ convolution: Convolution, seed: UInt64 = 1) {
    self.convolution = convolution
    x = Floats(random: seed, count: convolution.batch * convolution.inputs * convolution.inputPlane)
    weight = Floats(random: seed + 1, count: convolution.weightCount)
    bias = Floats(random: seed + 2, count: convolution.outputs)
    dy = Floats(random: seed + 3, count: convolution.batch * convolution.outputs * convolution.outputPlane)
  }

  func forward(_ kernels: any Kernels, outputs: Range<Int>? = nil, hasBias: Bool = true) -> [Float] {
    let y = Floats(random: 7, count: dy.count)
    let outputs = outputs ?? 0..<convolution.outputs
    withWorkspace(kernels, .forward, outputs.count) {
      kernels.convolve(
        convolution, x: x.pointer, weight: weight.pointer, bias: hasBias ? UnsafePointer(bias.pointer) : nil,
        into: y.pointer, outputs: outputs, workspace: $0)
    }
    #expect(y.canariesLive)
    return y.elements
  }

  func backwardInput(_ kernels: any Kernels, inputs: Range<Int>? = nil, accumulates: Bool = false) -> [Float] {
    let dx = Floats(random: 8, count: x.count)
    let inputs = inputs ?? 0..<convolution.inputs
    withWorkspace(kernels, .backwardInput, inputs.count) {
      kernels.convolveBackwardInput(
        convolution, dy: dy.pointer, weight: weight.pointer, into: dx.pointer, inputs: inputs,
        accumulates: accumulates, workspace: $0)
    }
    #expect(dx.canariesLive)
    return dx.elements
  }

  func backwardWeight(_ kernels: any Kernels, outputs: Range<Int>? = nil) -> [Float] {
    let dw = Floats(random: 9, count: weight.count)
    let outputs = outputs ?? 0..<convolution.outputs
    withWorkspace(kernels, .backwardWeight, outputs.count) {
      kernels.convolveBackwardWeight(
        convolution, x: x.pointer, dy: dy.pointer, into: dw.pointer, outputs: outputs, workspace: $0)
    }
    #expect(dw.canariesLive)
    return dw.elements
  }

  func backwardBias(_ kernels: any Kernels, outputs: Range<Int>? = nil, accumulates: Bool = false) -> [Float] {
    let db = Floats(random: 10, count: bias.count)
    kernels.convolveBackwardBias(
      convolution, dy: dy.pointer, into: db.pointer, outputs: outputs ?? 0..<convolution.outputs,
      accumulates: accumulates)
    #expect(db.canariesLive)
    return db.elements
  }

  private func withWorkspace(
    _ kernels: any Kernels, _ pass: ConvolutionPass, _ channels: Int, _ body: (UnsafeMutableRawPointer) -> Void
  ) {
    let size = kernels.convolutionWorkspaceSize(convolution, pass, channels: channels)
    let workspace = UnsafeMutableRawPointer.allocate(byteCount: size + 64, alignment: 64)
    defer { workspace.deallocate() }
    // What a workspace holds before must not matter.
    workspace.initializeMemory(as: Float.self, repeating: .nan, count: size / 4)
    for i in 0..<64 { workspace.storeBytes(of: 0x5A, toByteOffset: size + i, as: UInt8.self) }
    body(workspace)
    #expect(
      (0..<64).allSatisfy { workspace.load(fromByteOffset: size + $0, as: UInt8.self) == 0x5A },
      "workspace overrun in \(pass) of \(convolution)")
  }
}

/// Numbers of a seeded stream.
private struct Draws {
  private let key: RandomKey
  private var count = 0

  init(seed: UInt64) { key = RandomKey(seed: seed) }

  mutating func next(in range: ClosedRange<Int>) -> Int {
    count += 1
    return range.lowerBound + Int(key.bits(at: count)) % range.count
  }

  mutating func axis(inputs: ClosedRange<Int>) -> WindowAxis {
    while true {
      let axis = WindowAxis(
        input: next(in: inputs), size: next(in: 1...5), stride: next(in: 1...3), padding: next(in: 0...4),
        dilation: next(in: 1...3))
      if axis.output > 0 { return axis }
    }
  }

  mutating func convolution() -> Convolution {
    let groups = next(in: 1...4)
    let (inputs, outputs) = (next(in: 1...8), next(in: 1...9))
    return Convolution(
      batch: next(in: 1...2), inputs: groups * inputs, outputs: groups * outputs, groups: groups,
      height: axis(inputs: 1...9), width: axis(inputs: 1...19))
  }
}

@Suite struct ConvolutionTests {
  private func expectReferenceBits(_ set: InstructionSet, _ convolution: Convolution, seed: UInt64 = 1) {
    let guarded = GuardedConvolution(convolution, seed: seed)
    let kernels = set.kernels
    expectSameBits(guarded.forward(kernels), guarded.forward(reference), "forward of \(convolution)")
    for accumulates in [false, true] {
      expectSameBits(
        guarded.backwardInput(kernels, accumulates: accumulates),
        guarded.backwardInput(reference, accumulates: accumulates), "dx of \(convolution)")
      expectSameBits(
        guarded.backwardBias(kernels, accumulates: accumulates),
        guarded.backwardBias(reference, accumulates: accumulates), "db of \(convolution)")
    }
    expectSameBits(guarded.backwardWeight(kernels), guarded.backwardWeight(reference), "dw of \(convolution)")
  }

  @Test("convolutions of every geometry are the reference's bits", arguments: InstructionSet.available)
  func geometries(set: InstructionSet) {
    var draws = Draws(seed: 20)
    for trial in 0..<150 { expectReferenceBits(set, draws.convolution(), seed: UInt64(trial)) }
  }

  @Test("every number of channels around tiles and vectors", arguments: InstructionSet.available)
  func channels(set: InstructionSet) {
    let axis = WindowAxis(input: 6, size: 3, padding: 1)
    for outputs in 1...30 {
      expectReferenceBits(set, Convolution(batch: 1, inputs: 3, outputs: outputs, height: axis, width: axis))
    }
    for inputs in [15, 16, 17, 31, 32, 33, 40] {
      expectReferenceBits(set, Convolution(batch: 1, inputs: inputs, outputs: 3, height: axis, width: axis))
    }
  }

  @Test("images wider than a tile, cut into strips and blocks", arguments: InstructionSet.available)
  func large(set: InstructionSet) {
    for stride in 1...3 {
      let width = WindowAxis(input: 70, size: 3, stride: stride, padding: 1)
      expectReferenceBits(
        set,
        Convolution(
          batch: 2, inputs: 2, outputs: 5, height: WindowAxis(input: 33, size: 5, stride: stride, padding: 2),
          width: width))
      expectReferenceBits(
        set, Convolution(batch: 2, inputs: 3, outputs: 3, groups: 3, height: width, width: width))
      expectReferenceBits(
        set,
        Convolution(
          batch: 1, inputs: 3, outputs: 20, height: WindowAxis(input: 1, size: 1),
          width: WindowAxis(input: 603, size: 9, stride: stride, padding: 4)))
    }
    let axis = WindowAxis(input: 40, size: 3, padding: 1)
    expectReferenceBits(set, Convolution(batch: 1, inputs: 130, outputs: 2, height: axis, width: axis))
    // Pointwise: the first image is read, and its results written, where they lie, in two strips.
    let pointwise = WindowAxis(input: 45, size: 1)
    expectReferenceBits(set, Convolution(batch: 2, inputs: 66, outputs: 2, height: pointwise, width: pointwise))
    // Strips of planes that are packed once for every shift.
    let narrow = WindowAxis(input: 25, size: 3, padding: 1)
    expectReferenceBits(set, Convolution(batch: 1, inputs: 130, outputs: 9, height: narrow, width: narrow))
  }

  @Test("depthwise and pointwise convolutions", arguments: InstructionSet.available)
  func special(set: InstructionSet) {
    for size in [1, 3, 5] {
      for stride in [1, 2] {
        for input in [7, 16, 28] {
          let axis = WindowAxis(input: input, size: size, stride: stride, padding: size / 2)
          expectReferenceBits(set, Convolution(batch: 2, inputs: 3, outputs: 3, groups: 3, height: axis, width: axis))
          expectReferenceBits(set, Convolution(batch: 1, inputs: 5, outputs: 15, height: axis, width: axis))
        }
      }
    }
  }

  @Test("cutting the channels does not change a bit", arguments: InstructionSet.available)
  func cuts(set: InstructionSet) {
    for groups in [1, 3] {
      let convolution = Convolution(
        batch: 2, inputs: 6, outputs: 33, groups: groups, height: WindowAxis(input: 7, size: 3, stride: 2, padding: 1),
        width: WindowAxis(input: 9, size: 3, stride: 2, padding: 1))
      let guarded = GuardedConvolution(convolution)
      for outputs in [0..<0, 0..<1, 5..<21, 10..<33] {
        expectSameBits(
          guarded.forward(set.kernels, outputs: outputs), guarded.forward(reference, outputs: outputs))
        expectSameBits(
          guarded.backwardWeight(set.kernels, outputs: outputs), guarded.backwardWeight(reference, outputs: outputs))
        expectSameBits(
          guarded.backwardBias(set.kernels, outputs: outputs), guarded.backwardBias(reference, outputs: outputs))
      }
      for inputs in [0..<0, 1..<2, 1..<5] {
        expectSameBits(
          guarded.backwardInput(set.kernels, inputs: inputs), guarded.backwardInput(reference, inputs: inputs))
      }
    }
  }

  @Test("no images, no channels, no bias", arguments: InstructionSet.available)
  func nothing(set: InstructionSet) {
    let axis = WindowAxis(input: 5, size: 3)
    for (batch, inputs, outputs) in [(0, 2, 3), (0, 1, 3), (2, 0, 3), (2, 3, 0)] {
      expectReferenceBits(
        set, Convolution(batch: batch, inputs: inputs, outputs: outputs, height: axis, width: axis))
    }
    let guarded = GuardedConvolution(Convolution(batch: 1, inputs: 2, outputs: 3, height: axis, width: axis))
    expectSameBits(guarded.forward(set.kernels, hasBias: false), guarded.forward(reference, hasBias: false))
  }

  @Test("an infinity or a NaN shows where its pixel takes part and nowhere else", arguments: InstructionSet.available)
  func notFinite(set: InstructionSet) {
    for groups in [1, 3] {
      let convolution = Convolution(
        batch: 1, inputs: 3, outputs: 6, groups: groups, height: WindowAxis(input: 6, size: 3),
        width: WindowAxis(input: 20, size: 3))
      for value in [Float.infinity, .nan] {
        let guarded = GuardedConvolution(convolution)
        // The last pixel of a row: no window has it under its first tap.
        guarded.x.pointer[39] = value
        guarded.dy.pointer[17] = value
        expectReference(guarded, set)
      }
    }
  }

  private func expectReference(_ guarded: GuardedConvolution, _ set: InstructionSet) {
    expectSameBits(guarded.forward(set.kernels), guarded.forward(reference))
    expectSameBits(guarded.backwardInput(set.kernels), guarded.backwardInput(reference))
    expectSameBits(guarded.backwardWeight(set.kernels), guarded.backwardWeight(reference))
  }
}
