import Optimizers
import Testing

@Suite("Elementary functions of the schedules")
struct ElementaryFunctionsTests {
  /// cos(pi x) for the Float64 nearest to each x, from 60-digit arithmetic; and the bits that every machine must get.
  private static let cosines: [(x: Double, value: Double, bits: UInt64)] = [
    (0, 1, 0x3FF0_0000_0000_0000),
    (0.015625, 0.9987954562051724, 0x3FEF_F621_E379_6D7E),
    (0.1, 0.9510565162951535, 0x3FEE_6F0E_1344_54FF),
    (0.125, 0.9238795325112867, 0x3FED_906B_CF32_8D46),
    (0.2, 0.8090169943749475, 0x3FE9_E377_9B97_F4A8),
    (0.25, 0.7071067811865476, 0x3FE6_A09E_667F_3BCD),
    (0.3, 0.5877852522924731, 0x3FE2_CF23_0475_5A5E),
    (1.0 / 3, 0.5, 0x3FE0_0000_0000_0001),
    (0.45, 0.15643446504023084, 0x3FC4_060B_67A8_5378),
    (0.5, 0, 0x0000_0000_0000_0000),
    (0.6, -0.30901699437494734, 0xBFD3_C6EF_372F_E952),
    (0.75, -0.7071067811865476, 0xBFE6_A09E_667F_3BCD),
    (0.9, -0.9510565162951536, 0xBFEE_6F0E_1344_5500),
    (1, -1, 0xBFF0_0000_0000_0000),
  ]

  @Test("the cosine is off by less than 4e-16 and has the same bits everywhere")
  func cosines() {
    for (x, value, bits) in Self.cosines {
      let computed = cosine(ofPiTimes: x)
      #expect(abs(computed - value) < 4e-16, "cos(pi \(x))")
      #expect(computed.bitPattern == bits, "cos(pi \(x))")
    }
  }

  @Test("the cosine never rises between 0 and 1, and is odd about the middle")
  func cosineFalls() {
    let values = (0...4096).map { cosine(ofPiTimes: Double($0) / 4096) }
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 > $1 })
    #expect(zip(values, values.reversed()).allSatisfy { $0 == -$1 })
  }

  @Test("powers agree with long arithmetic, and have the same bits everywhere")
  func powers() {
    #expect(power(0.9, 0) == 1)
    #expect(power(0, 0) == 1)
    #expect(power(0, 5) == 0)
    #expect(power(0.9, 1) == 0.9)
    #expect(power(0.5, 30) == 0x1p-30)
    #expect(power(3, 33) == 5_559_060_566_555_523)
    #expect(abs(power(0.9, 10) - 0.3486784401000001) < 2e-16)
    #expect(abs(power(0.999, 1000) - 0.36769542477096373) < 1e-14)
    #expect(power(0.9, 10) == 0x1.650bf60432fdap-2)
    #expect(power(0.999, 1000) == 0x1.788526411edacp-2)
    #expect(power(0.999, 10_000_000) == 0)
  }
}
