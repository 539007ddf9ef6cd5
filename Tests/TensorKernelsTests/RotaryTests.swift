import KernelInterface
import Testing

@Suite struct RotaryTests {
  @Test(
    "rotation gives the reference's bits, out of place and in place", arguments: InstructionSet.available,
    [RotaryPairing.halves, .neighbours])
  func rotation(set: InstructionSet, pairing: RotaryPairing) {
    for headSize in [2, 6, 8, 16, 24, 32, 40, 64, 66, 128] {
      for (heads, tokens, accumulates, isBackward) in [
        (1, 1, false, false), (3, 2, true, false), (2, 3, false, true), (2, 2, true, true),
      ] {
        let width = heads * headSize + 5
        let x = Floats(random: 1, count: tokens * width - 5)
        let cosines = Floats(random: 2, count: tokens * headSize / 2)
        let sines = Floats(random: 3, count: tokens * headSize / 2)
        let rotation = Rotation(
          tokens: tokens, heads: heads, headSize: headSize, xStride: width, yStride: width, pairing: pairing,
          cosines: cosines.pointer, sines: sines.pointer, isBackward: isBackward)
        let (actual, expected) = (Floats(random: 4, count: x.count), Floats(random: 4, count: x.count))
        set.kernels.rotate(rotation, x.pointer, into: actual.pointer, accumulates: accumulates)
        reference.rotate(rotation, x.pointer, into: expected.pointer, accumulates: accumulates)
        expectSameBits(actual.elements, expected.elements, "\(heads) heads of \(headSize)")
        #expect(actual.canariesLive)
        if !accumulates {
          let inPlace = Floats(x.elements)
          set.kernels.rotate(rotation, inPlace.pointer, into: inPlace.pointer, accumulates: false)
          for token in 0..<tokens {
            let turned = token * width..<token * width + heads * headSize
            expectSameBits(Array(inPlace.elements[turned]), Array(expected.elements[turned]), "in place")
          }
        }
      }
    }
  }

  @Test("a quarter turn takes (a, b) to (-b, a), and backward to (b, -a)", arguments: InstructionSet.available)
  func quarterTurn(set: InstructionSet) {
    let (x, cosines, sines) = (Floats([1, 2, 3, 4]), Floats([0, 0]), Floats([1, 1]))
    let expected: [(RotaryPairing, Bool, [Float])] = [
      (.halves, false, [-3, -4, 1, 2]), (.halves, true, [3, 4, -1, -2]), (.neighbours, false, [-2, 1, -4, 3]),
      (.neighbours, true, [2, -1, 4, -3]),
    ]
    for (pairing, isBackward, values) in expected {
      let y = Floats(count: 4)
      let rotation = Rotation(
        tokens: 1, heads: 1, headSize: 4, xStride: 4, yStride: 4, pairing: pairing, cosines: cosines.pointer,
        sines: sines.pointer, isBackward: isBackward)
      set.kernels.rotate(rotation, x.pointer, into: y.pointer, accumulates: false)
      #expect(y.elements == values)
    }
  }
}
