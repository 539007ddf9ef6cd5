import KernelInterface
import Testing

@Suite("bfloat16") struct NumberFormatTests {
  /// Every upper half with the lower halves around the middle and the ends.
  static let floats: [Float] = (0...UInt32(0xFFFF)).flatMap { upper in
    [0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF].map { Float(bitPattern: upper << 16 | $0) }
  }

  @Test(
    "rounding gives the reference's bits for values of every exponent and sign", arguments: InstructionSet.available)
  func everyUpperHalf(set: InstructionSet) {
    let x = Floats(Self.floats)
    let actual = Guarded<UInt16>([UInt16](repeating: 1, count: x.count))
    let expected = Guarded<UInt16>([UInt16](repeating: 2, count: x.count))
    set.kernels.roundToBFloat16(x.pointer, into: actual.pointer, count: x.count)
    reference.roundToBFloat16(x.pointer, into: expected.pointer, count: x.count)
    let differing = zip(actual.elements, expected.elements).enumerated().first { $1.0 != $1.1 }
    #expect(differing.map { "\(Self.floats[$0]) becomes \($1.0) instead of \($1.1)" } == nil)
  }

  @Test("ties go to the even neighbour, infinities stay, NaN stays NaN", arguments: InstructionSet.available)
  func meaning(set: InstructionSet) {
    let x = Floats([
      1, 1 + 0x1p-8, 1 + 0x1.8p-8, 1 + 0x1.8p-7, 1 + 0x1.7p-7, -1 - 0x1.8p-7, .greatestFiniteMagnitude,
      .infinity, -.infinity, 0, -0.0, 0x1p-133, 0x1p-134, 0x1.8p-134,
    ])
    let rounded = Guarded<UInt16>([UInt16](repeating: 7, count: x.count))
    let expanded = Floats(count: x.count)
    set.kernels.roundToBFloat16(x.pointer, into: rounded.pointer, count: x.count)
    set.kernels.expandBFloat16(rounded.pointer, into: expanded.pointer, count: x.count)
    expectSameBits(
      expanded.elements,
      [
        1, 1, 1 + 0x1p-7, 1 + 0x1p-6, 1 + 0x1p-7, -1 - 0x1p-6, .infinity,
        .infinity, -.infinity, 0, -0.0, 0x1p-133, 0, 0x1p-133,
      ])
    for nan in [Float.nan, .signalingNaN, Float(bitPattern: 0x7F80_0001), Float(bitPattern: 0xFFFF_FFFF)] {
      let (x, y, back) = (Floats([nan]), Guarded<UInt16>([0]), Floats([0]))
      set.kernels.roundToBFloat16(x.pointer, into: y.pointer, count: 1)
      set.kernels.expandBFloat16(y.pointer, into: back.pointer, count: 1)
      #expect(back.elements[0].isNaN && !back.elements[0].isSignalingNaN && back.elements[0].sign == nan.sign)
    }
  }

  @Test("no value is left out and none behind the last is touched", arguments: InstructionSet.available)
  func lengthSweep(set: InstructionSet) {
    for count in lengths {
      let x = Floats(random: 1, count: count)
      let rounded = (0..<2).map { _ in Guarded<UInt16>([UInt16](repeating: 3, count: count)) }
      let expanded = (0..<2).map { _ in Floats(count: count) }
      for (index, kernels) in [set.kernels, reference as any Kernels].enumerated() {
        kernels.roundToBFloat16(x.pointer, into: rounded[index].pointer, count: count)
        kernels.expandBFloat16(rounded[index].pointer, into: expanded[index].pointer, count: count)
      }
      #expect(rounded[0].elements == rounded[1].elements, "\(count) values")
      expectSameBits(expanded[0].elements, expanded[1].elements, "\(count) values")
      #expect(rounded[0].canariesLive && expanded[0].canariesLive)
    }
  }

  @Test("a bfloat16 that is expanded and rounded is itself", arguments: InstructionSet.available)
  func roundTrip(set: InstructionSet) {
    let all = (0...UInt16.max).filter { $0 & 0x7FFF <= 0x7F80 }
    let (x, expanded) = (Guarded(all), Floats(count: all.count))
    let back = Guarded<UInt16>([UInt16](repeating: 0, count: all.count))
    set.kernels.expandBFloat16(x.pointer, into: expanded.pointer, count: all.count)
    set.kernels.roundToBFloat16(expanded.pointer, into: back.pointer, count: all.count)
    #expect(back.elements == all)
  }
}
