import KernelInterface
import TestSupport
import Testing

@testable import TensorCore

@Suite("Attention")
struct AttentionTests {
  private static let sets = Processor.supportedInstructionSets

  private func packed(_ shape: Shape, on backend: Backend) -> Tensor {
    Tensor(seededValues(shape.count, seed: 5, low: -2, high: 2), shape, on: backend)
  }

  /// Output and all gradients.
  private func results(_ operands: AttentionOperands) -> [[Float]] {
    let backend = operands.backend
    let (output, logSumExp) = operands.outputAndLogSumExp()
    let dy = Tensor(seededValues(output.count, seed: 6), output.shape, on: backend)
    let query = Tensor(filledWith: 0.5, operands.query.shape, on: backend)
    let keysValues = Tensor(filledWith: 0.5, operands.keysValues.shape, on: backend)
    let bias = operands.bias.map { Tensor(filledWith: 0.5, $0.shape, on: backend) }
    operands.writeGradients(
      output: output, outputGradient: dy, logSumExp: logSumExp, query: query.accumulatingDestination,
      keysValues: keysValues.accumulatingDestination, bias: bias?.accumulatingDestination)
    return [output, logSumExp, query, keysValues].map(\.values) + (bias.map { [$0.values] } ?? [])
  }

  /// Units that are dealt out whole, and units that are left over and divided: 3 and 5 heads on 2, 3 and 4 threads.
  @Test("the same bits on 1, 2, 3 and 4 threads", arguments: [(1, 3, 1, true), (1, 5, 5, true), (3, 1, 1, false)])
  func threads(batch: Int, heads: Int, keyValueHeads: Int, isCausal: Bool) {
    let options = AttentionOptions(
      heads: heads, keyValueHeads: keyValueHeads, isCausal: isCausal,
      visibleKeys: .first((0..<batch).map { 130 - 30 * $0 }))
    let time = 130
    let biasValues = seededValues(heads * time * time, seed: 7)
    let all = Self.sets.flatMap { set in
      [1, 2, 3, 4].flatMap { threads in
        let backend = Backend(instructionSet: set, threads: threads)
        let packed = packed([batch, time, (heads + 2 * keyValueHeads) * 16], on: backend)
        let bias = Tensor(biasValues, [heads, time, time], on: backend)
        return [nil, bias].map { results(AttentionOperands(packed: packed, bias: $0, options: options)) }
      }
    }
    for (index, result) in all.enumerated() { #expect(result == all[index % 2]) }
    #expect(all[0][0] != all[1][0], "the bias does something")
  }

  @Test("queries of one sequence over another, divided over threads")
  func crossThreads() {
    let options = AttentionOptions(heads: 2, keyValueHeads: 1, isCausal: true)
    let all = [1, 2, 3].map { threads in
      let backend = Backend(threads: threads)
      return results(
        AttentionOperands(
          query: packed([1, 90, 64], on: backend), keysValues: packed([1, 330, 64], on: backend), options: options))
    }
    for result in all { #expect(result == all[0]) }
  }

  @Test("a causal triangle is cut into ranges of nearly equal work", arguments: 1...4)
  func shares(threads: Int) {
    let (count, step) = (1000, 32)
    for work in [{ $0 + 1 }, { 1000 - $0 }] as [@Sendable (Int) -> Int] {
      let shares = AttentionShares(units: 1, work: 1 << 30, threads: threads)
      let ranges = (0..<threads).map { shares.range($0, count: count, step: step, work: work) }
      #expect(ranges.flatMap(Array.init) == Array(0..<count))
      for range in ranges {
        #expect(range.lowerBound % step == 0)
        let share = range.reduce(0) { $0 + work($1) }
        #expect(abs(share - 500_500 / threads) <= step * 1000, "\(ranges)")
      }
    }
  }

  @Test("marks and counts that say the same give the same bits")
  func marks() {
    let backend = Backend()
    let x = packed([2, 70, 3 * 16], on: backend)
    var options = AttentionOptions(heads: 2, visibleKeys: .first([70, 33]))
    let counted = x.attention(options)
    options.visibleKeys = .marked((0..<140).map { $0 < 70 + 33 ? 1 : 0 })
    #expect(x.attention(options).values == counted.values)
    options.visibleKeys = .all
    #expect(x.attention(options).values != counted.values)
  }

  @Test("attention with a cache gives the bits of the whole sequence, however it is cut into calls")
  func cache() {
    for set in Self.sets {
      for (heads, keyValueHeads, size) in [(2, 2, 8), (4, 2, 20), (3, 1, 64)] {
        let (batch, time, width) = (2, 150, (heads + 2 * keyValueHeads) * size)
        let backend = Backend(instructionSet: set, threads: 2)
        let x = packed([batch, time, width], on: backend)
        let marks: [UInt8] = (0..<batch * time).map { $0 % time < 3 * ($0 / time) || $0 % 11 == 5 ? 0 : 1 }
        for isMarked in [false, true] {
          var options = AttentionOptions(heads: heads, keyValueHeads: keyValueHeads, isCausal: true)
          if isMarked { options.visibleKeys = .marked(marks) }
          let whole = x.attention(options).values
          let cache = KeyValueCache(
            batch: batch, heads: keyValueHeads, headSize: size, capacity: time, on: backend)
          for step in [1, 1, 2, 3, 40, 4, 12, 1, 1, 60, 5, 1, 1, 18] {
            let first = cache.count
            if isMarked {
              options.visibleKeys = .marked(
                (0..<batch).flatMap { row in marks[row * time..<row * time + first + step] })
            }
            let part = positions(x, first..<first + step).attention(options, appendingTo: cache)
            #expect(part.values == rows(whole, batch, time, heads * size, first..<first + step))
          }
          #expect(cache.count == time)
        }
      }
    }
  }

  @Test("a cache forgets what is cut off")
  func truncation() {
    let backend = Backend()
    let options = AttentionOptions(heads: 1, isCausal: true)
    let cache = KeyValueCache(batch: 1, heads: 1, headSize: 8, capacity: 10, on: backend)
    let x = packed([1, 10, 24], on: backend)
    _ = positions(x, 0..<4).attention(options, appendingTo: cache)
    let first = positions(x, 4..<5).attention(options, appendingTo: cache).values
    cache.truncate(to: 4)
    _ = positions(x, 7..<9).attention(options, appendingTo: cache)
    cache.truncate(to: 4)
    #expect(positions(x, 4..<5).attention(options, appendingTo: cache).values == first)
  }

  /// Some positions of x [batch, time, width].
  private func positions(_ x: Tensor, _ range: Range<Int>) -> Tensor {
    let values = rows(x.values, x.shape[0], x.shape[1], x.shape[2], range)
    return Tensor(values, [x.shape[0], range.count, x.shape[2]], on: x.backend)
  }

  private func rows(_ values: [Float], _ batch: Int, _ time: Int, _ width: Int, _ range: Range<Int>) -> [Float] {
    (0..<batch).flatMap { row in
      values[(row * time + range.lowerBound) * width..<(row * time + range.upperBound) * width]
    }
  }
}
