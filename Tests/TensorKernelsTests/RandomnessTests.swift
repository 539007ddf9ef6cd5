import KernelInterface
import Testing

@Suite struct RandomnessTests {
  @Test("Philox4x32-10 gives the published known answers")
  func knownAnswers() {
    let zero = Philox.block(counter: (0, 0, 0, 0), key: RandomKey(low: 0, high: 0))
    #expect(zero == (0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8))
    let ones = Philox.block(counter: (.max, .max, .max, .max), key: RandomKey(low: .max, high: .max))
    #expect(ones == (0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD))
    let pi = Philox.block(
      counter: (0x243F_6A88, 0x85A3_08D3, 0x1319_8A2E, 0x0370_7344), key: RandomKey(low: 0xA409_3822, high: 0x299F_31D0)
    )
    #expect(pi == (0xD16C_FE09, 0x94FD_CCEB, 0x5001_E420, 0x2412_6EA1))
  }

  /// Beginnings and lengths around vectors of 16 and groups of 64, and beyond the first 2^32 blocks.
  static let ranges: [(first: Int, count: Int)] =
    [0, 1, 15, 16, 17, 63, 64, 65, 100, 1 << 34, (1 << 35) - 3].flatMap { first in
      [0, 1, 5, 16, 63, 64, 65, 200].map { (first, $0) }
    }

  @Test("uniform numbers are the reference's bits from any element on", arguments: InstructionSet.available)
  func uniform(set: InstructionSet) {
    let key = RandomKey(seed: 0x0123_4567_89AB_CDEF)
    for (first, count) in Self.ranges {
      let actual = Floats(count: count)
      let expected = Floats(count: count)
      set.kernels.fillUniform(actual.pointer, count: count, key: key, first: first, low: -0.3, high: 0.7)
      reference.fillUniform(expected.pointer, count: count, key: key, first: first, low: -0.3, high: 0.7)
      expectSameBits(actual.elements, expected.elements, "\(count) from \(first)")
      #expect(actual.canariesLive)
    }
  }

  @Test("uniform numbers fill their range evenly", arguments: InstructionSet.available)
  func uniformMoments(set: InstructionSet) {
    let y = Floats(count: 100_000)
    set.kernels.fillUniform(y.pointer, count: y.count, key: RandomKey(seed: 1), first: 0, low: 0, high: 1)
    let values = y.elements.map(Double.init)
    #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
    let mean = values.reduce(0, +) / 1e5
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 1e5
    #expect((mean - 0.5).magnitude < 0.005)
    #expect((variance - 1.0 / 12).magnitude < 0.002)
  }

  @Test("dropout keeps what the reference keeps", arguments: InstructionSet.available)
  func dropout(set: InstructionSet) {
    let key = RandomKey(seed: 42).derived(3)
    for (first, count) in Self.ranges {
      for accumulates in [false, true] {
        let x = Floats(random: 1, count: count)
        let actual = Floats(random: 2, count: count)
        let expected = Floats(random: 2, count: count)
        set.kernels.dropout(
          x.pointer, into: actual.pointer, count: count, key: key, first: first, rate: 0.4, accumulates: accumulates)
        reference.dropout(
          x.pointer, into: expected.pointer, count: count, key: key, first: first, rate: 0.4, accumulates: accumulates)
        expectSameBits(actual.elements, expected.elements, "\(count) from \(first)")
        #expect(actual.canariesLive)
      }
    }
  }

  @Test("dropout keeps a share of 1 - rate and scales it up", arguments: InstructionSet.available)
  func dropoutShare(set: InstructionSet) {
    let x = Floats([Float](repeating: 3, count: 20_000))
    let y = Floats(count: x.count)
    for rate in [Float(0), 0.25, 0.9] {
      set.kernels.dropout(
        x.pointer, into: y.pointer, count: x.count, key: RandomKey(seed: 9), first: 7, rate: rate, accumulates: false)
      let kept = y.elements.filter { $0 != 0 }
      #expect(kept.allSatisfy { $0 == 3 / (1 - rate) })
      #expect((Float(kept.count) / 20_000 - (1 - rate)).magnitude < 0.02)
    }
  }
}
