import Glibc
import KernelInterface
import Testing

@Suite struct AttentionTests {
  /// Sizes around lanes, tiles, panels (32 queries) and blocks (64 keys), in all combinations of a seeded draw.
  private static let cases: [AttentionCase] = (0..<120).map { index in
    let key = RandomKey(seed: 77)
    var draws = 0
    func draw<Choice>(_ choices: [Choice]) -> Choice {
      draws += 1
      return choices[Int(key.bits(at: index * 64 + draws) >> 4) % choices.count]
    }
    let times = [1, 2, 3, 5, 15, 16, 17, 31, 32, 33, 63, 64, 65, 70]
    var shape = AttentionCase()
    shape.seed = UInt64(index + 1)
    shape.batch = draw([1, 1, 2])
    shape.keyValueHeads = draw([1, 2])
    shape.heads = shape.keyValueHeads * draw([1, 1, 2, 3])
    shape.size = draw([1, 3, 7, 8, 13, 16, 20, 32, 40])
    shape.queryTime = draw(times)
    shape.keyTime = draw([nil, draw(times)])
    shape.isCausal = draw([true, false])
    let keyTime = shape.keyTime ?? shape.queryTime
    switch draw([0, 0, 1, 2]) {
    case 1: shape.keyCounts = (0..<shape.batch).map { _ in Int32(draw(Array(0...keyTime))) }
    case 2: shape.keyMask = (0..<shape.batch * keyTime).map { _ in draw([0, 1, 1]) }
    default: break
    }
    shape.hasBias = draw([true, false, false])
    shape.accumulates = draw([true, false])
    return shape
  }

  /// Heads as wide as those of real models: packed with shared keys, and of one sequence over another.
  private static let wideHeads: [AttentionCase] = [64, 80, 128, 256].flatMap { size in
    [
      AttentionCase(heads: 4, keyValueHeads: 2, size: size, queryTime: 18, isCausal: true, accumulates: true),
      AttentionCase(heads: 2, size: size, queryTime: 3, keyTime: 67, keyCounts: [66], hasBias: true),
    ]
  }

  @Test(
    "outputs and gradients are the exact ones, for every layout, mask and size", arguments: InstructionSet.available)
  func exactness(set: InstructionSet) {
    for shape in Self.cases + Self.wideHeads {
      let (actual, expected) = (GuardedAttention(shape), GuardedAttention(shape))
      actual.forward(set.kernels)
      actual.backward(set.kernels)
      expected.forward(reference)
      expected.backward(reference)
      for (actual, expected) in zip(actual.results, expected.results) {
        let difference = worst(actual, expected)
        #expect(difference < 2e-5, "\(shape)")
      }
    }
  }

  /// The greatest difference, relative where values are above 1.
  private func worst(_ actual: [Float], _ expected: [Float]) -> Float {
    zip(actual, expected).reduce(0) { worst, pair in
      if pair.0 == pair.1 { return worst }
      let difference = (pair.0 - pair.1).magnitude / max(1, pair.1.magnitude)
      return difference.isNaN ? .infinity : max(worst, difference)
    }
  }

  @Test("cutting queries and keys into parts gives the same bits", arguments: InstructionSet.available)
  func parts(set: InstructionSet) {
    for shape in Self.cases.prefix(50) + Self.wideHeads {
      let (whole, cut) = (GuardedAttention(shape), GuardedAttention(shape))
      whole.forward(set.kernels)
      whole.backward(set.kernels)
      cut.forward(set.kernels, cuts: [1, 20, 64])
      cut.backward(set.kernels, keyCuts: [64, 128], queryCuts: [7, 32, 33])
      for (cut, whole) in zip(cut.results, whole.results) { expectSameBits(cut, whole, "\(shape)") }
    }
  }

  @Test("many queries, whose keys and values are copied first, get the same bits", arguments: InstructionSet.available)
  func copies(set: InstructionSet) {
    for shape in [
      AttentionCase(heads: 2, keyValueHeads: 1, size: 24, queryTime: 300, isCausal: true),
      AttentionCase(batch: 2, heads: 1, size: 64, queryTime: 140, keyTime: 200, keyCounts: [200, 77]),
      AttentionCase(heads: 1, size: 80, queryTime: 130, isCausal: true),
    ] {
      let (whole, cut, exact) = (GuardedAttention(shape), GuardedAttention(shape), GuardedAttention(shape))
      whole.forward(set.kernels)
      cut.forward(set.kernels, cuts: [100, 200])
      exact.forward(reference)
      expectSameBits(cut.output.elements, whole.output.elements, "\(shape)")
      #expect(worst(whole.output.elements, exact.output.elements) < 1e-5)
    }
  }

  @Test("keys and values that lie as in a cache give the same bits", arguments: InstructionSet.available)
  func cachedKeys(set: InstructionSet) {
    // Up to four queries are computed one by one, more of them as a panel.
    for queryTime in [1, 2, 4, 6] {
      for shape in [
        AttentionCase(batch: 2, heads: 2, size: 20, queryTime: queryTime, keyTime: 150, isCausal: true, hasBias: true),
        AttentionCase(heads: 4, keyValueHeads: 2, size: 80, queryTime: queryTime, keyTime: 64, isCausal: true),
        AttentionCase(
          batch: 2, heads: 1, size: 7, queryTime: queryTime, keyTime: 131, keyCounts: [131, 70],
          keyMask: (0..<262).map { $0 % 3 == 1 || $0 < 64 ? 0 : 1 }, hasBias: true),
      ] {
        let (plain, cached) = (GuardedAttention(shape), GuardedAttention(shape))
        plain.forward(set.kernels)
        cached.forwardFromCache(set.kernels)
        expectSameBits(cached.output.elements, plain.output.elements, "\(shape)")
        expectSameBits(cached.logSumExp.elements, plain.logSumExp.elements, "log-sum-exp, \(shape)")
      }
    }
  }

  @Test("all builds give the same bits")
  func sameBits() {
    for shape in Self.cases.prefix(50) + Self.wideHeads {
      let results = InstructionSet.available.map { set in
        let guarded = GuardedAttention(shape)
        guarded.forward(set.kernels)
        guarded.backward(set.kernels)
        return guarded.results
      }
      for other in results.dropFirst() {
        for (other, first) in zip(other, results[0]) { expectSameBits(other, first, "\(shape)") }
      }
    }
  }

  @Test("a query that sees no key gets zeros and gives no gradient", arguments: InstructionSet.available)
  func nothingSeen(set: InstructionSet) {
    // More queries than keys: with a causal mask the first three see nothing. The second batch row has no keys at all.
    let shape = AttentionCase(batch: 2, heads: 1, size: 4, queryTime: 5, keyTime: 2, isCausal: true, keyCounts: [2, 0])
    let guarded = GuardedAttention(shape)
    guarded.forward(set.kernels)
    guarded.backward(set.kernels)
    #expect(guarded.output.elements[..<12].allSatisfy { $0 == 0 })
    #expect(guarded.output.elements[12..<20].allSatisfy { $0 != 0 })
    #expect(guarded.output.elements[20...].allSatisfy { $0 == 0 })
    #expect(
      guarded.logSumExp.elements.map(\.isInfinite) == [true, true, true, false, false]
        + Array(repeating: true, count: 5))
    #expect(guarded.queryGradient.elements[..<12].allSatisfy { $0 == 0 })
    #expect(guarded.keyValueGradient.elements[..<16].allSatisfy { $0.isFinite })
    #expect(guarded.keyValueGradient.elements[16...].allSatisfy { $0 == 0 })
  }

  @Test("no batch, no queries and no keys are allowed", arguments: InstructionSet.available)
  func empty(set: InstructionSet) {
    for shape in [
      AttentionCase(batch: 0), AttentionCase(queryTime: 0), AttentionCase(queryTime: 0, keyTime: 3),
      AttentionCase(queryTime: 3, keyTime: 0),
    ] {
      let guarded = GuardedAttention(shape)
      guarded.forward(set.kernels)
      guarded.backward(set.kernels)
      #expect(guarded.output.elements.allSatisfy { $0 == 0 })
      #expect(guarded.keyTime > 0 || guarded.queryGradient.elements.allSatisfy { $0 == 0 })
    }
  }

  @Test("two keys get the exact weights, however far apart their scores are", arguments: InstructionSet.available)
  func weights(set: InstructionSet) {
    let guarded = GuardedAttention(AttentionCase(heads: 1, size: 1, queryTime: 2000, keyTime: 2))
    for i in 0..<2000 { guarded.query.pointer[i] = Float(i) * 0.0435 }
    for (place, value) in [0, 0, -1, 1].enumerated() { guarded.keyValue.pointer[place] = Float(value) }
    guarded.forward(set.kernels)
    for (score, weight) in zip(guarded.query.elements, guarded.output.elements) {
      #expect(ulps(weight, 1 / (1 + exp(Double(score)))) < 5, "a score of \(-score)")
    }
  }

  @Test("scores far apart neither overflow nor lose the greatest", arguments: InstructionSet.available)
  func hugeScores(set: InstructionSet) {
    let shape = AttentionCase(heads: 1, size: 8, queryTime: 100, range: 60)
    let (actual, expected) = (GuardedAttention(shape), GuardedAttention(shape))
    actual.forward(set.kernels)
    actual.backward(set.kernels)
    expected.forward(reference)
    #expect(worst(actual.output.elements, expected.output.elements) < 1e-3)
    #expect(actual.queryGradient.elements.allSatisfy { $0.isFinite })
  }

  @Test(
    "NaN and infinity: a query's spoil its own output, a key's and a value's those that see them",
    arguments: InstructionSet.available)
  func specialValues(set: InstructionSet) {
    let shape = AttentionCase(heads: 1, size: 8, queryTime: 70, keyTime: 70, keyCounts: [66])
    let spoilt = { (spoil: (GuardedAttention) -> Void) -> [Bool] in
      let guarded = GuardedAttention(shape)
      spoil(guarded)
      guarded.forward(set.kernels)
      return (0..<70).map { i in guarded.output.elements[i * 8..<(i + 1) * 8].contains { !$0.isFinite } }
    }
    let none = Array(repeating: false, count: 70)
    #expect(spoilt { $0.query.pointer[35 * 8] = .nan } == none.indices.map { $0 == 35 })
    #expect(spoilt { $0.query.pointer[35 * 8] = .infinity } == none.indices.map { $0 == 35 })
    #expect(spoilt { $0.keyValue.pointer[12 * 16] = .nan } == none.map { !$0 })
    #expect(spoilt { $0.keyValue.pointer[12 * 16 + 8] = .infinity } == none.map { !$0 })
    #expect(spoilt { $0.keyValue.pointer[67 * 16] = .nan } == none, "a key of the padding")
    #expect(spoilt { $0.keyValue.pointer[67 * 16 + 8] = .nan } == none, "a value of the padding")
  }
}

extension GuardedAttention {
  fileprivate var keyTime: Int { attention.keyTime }
}
