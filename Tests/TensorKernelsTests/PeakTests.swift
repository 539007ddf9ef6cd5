import KernelInterface
import Testing

@Suite struct PeakTests {
  @Test("the chains of multiply-adds give the reference's bits", arguments: InstructionSet.available)
  func chains(set: InstructionSet) {
    for count in [0, 1, 2, 5, 100] {
      for (factor, term) in [(Float(0.83), Float(0.71)), (1, 1), (-0.5, 0.25), (0, .infinity)] {
        let actual = set.kernels.multiplyAddChains(count: count, factor: factor, term: term)
        let expected = reference.multiplyAddChains(count: count, factor: factor, term: term)
        expectSameBits([actual], [expected], "\(count) times \(factor), \(term)")
      }
    }
    // 0 + 1 + ... + 11, in 16 lanes.
    #expect(set.kernels.multiplyAddChains(count: 0, factor: 2, term: 1) == 16 * 66)
  }

  @Test("the triad adds a multiple, to the reference's bits", arguments: InstructionSet.available)
  func triad(set: InstructionSet) {
    for count in lengths {
      let (a, b) = (Floats(random: 1, count: count), Floats(random: 2, count: count))
      let (actual, expected) = (Floats(count: count), Floats(count: count))
      set.kernels.triad(a.pointer, b.pointer, factor: 0.7, into: actual.pointer, count: count)
      reference.triad(a.pointer, b.pointer, factor: 0.7, into: expected.pointer, count: count)
      expectSameBits(actual.elements, expected.elements, "\(count) values")
      #expect(actual.canariesLive)
    }
  }
}
