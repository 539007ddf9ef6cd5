import KernelInterface
import Layers
import TensorCore
import TestSupport
import Testing

@Suite("Parameters and how they begin")
struct ParameterBuilderTests {
  private let backend = Backend(threads: 1)

  /// The values of one parameter [count] that begins by `initializer`.
  private func values(_ initializer: Initializer, count: Int = 10_000, seed: UInt64 = 1) -> [Float] {
    var builder = ParameterBuilder()
    let index = builder.parameter("x", [count], initializer)
    return builder.makeParameters(on: backend, key: RandomKey(seed: seed)).tensor(index).values
  }

  @Test("names are those of the scopes, from the outside in")
  func names() {
    var builder = ParameterBuilder()
    _ = builder.parameter("scale", .scalar, .ones)
    builder.scope("blocks") { blocks in
      for index in 0..<2 {
        blocks.scope("\(index)") { block in _ = Linear(inputs: 2, outputs: 3, hasBias: index == 0, in: &block) }
      }
    }
    _ = builder.parameter("shift", [4], .zeros)
    #expect(
      builder.layout.entries.map(\.name) == [
        "scale", "blocks.0.weight", "blocks.0.bias", "blocks.1.weight", "shift",
      ])
    #expect(builder.layout.entries.map(\.shape) == [.scalar, [2, 3], [3], [2, 3], [4]])
  }

  @Test("zeros and ones")
  func constants() {
    #expect(values(.zeros, count: 3) == [0, 0, 0])
    #expect(values(.ones, count: 3) == [1, 1, 1])
  }

  @Test(
    "uniform values stay within their bound, reach it on both sides, and have the variance of the paper",
    arguments: [
      (.uniform(bound: 0.25), 0.25, 0.0625 / 3),
      (.kaimingUniform(fanIn: 54), 1.0 / 3, 2.0 / 54),
      (.xavierUniform(fanIn: 20, fanOut: 4), 0.5, 2.0 / 24),
    ] as [(Initializer, Float, Float)])
  func uniform(initializer: Initializer, bound: Float, variance: Float) {
    let values = values(initializer)
    #expect(values.allSatisfy { abs($0) <= bound * 1.000_001 })
    #expect((values.max() ?? 0) > 0.998 * bound)
    #expect((values.min() ?? 0) < -0.998 * bound)
    let mean = values.reduce(0, +) / Float(values.count)
    #expect(abs(mean) < 0.03 * bound)
    let measured = values.reduce(0) { $0 + $1 * $1 } / Float(values.count)
    #expect(abs(measured - variance) < 0.04 * variance)
  }

  @Test("normal values have the mean, the deviation and the tails of their distribution")
  func normal() {
    let count = 100_000
    let values = values(.normal(deviation: 0.5), count: count)
    let mean = values.reduce(0, +) / Float(count)
    #expect(abs(mean) < 0.005)
    let deviation = (values.reduce(0) { $0 + $1 * $1 } / Float(count)).squareRoot()
    #expect(abs(deviation - 0.5) < 0.003)
    for (bound, share) in [(0.25, 0.3829), (0.5, 0.6827), (1, 0.9545), (1.5, 0.9973)] as [(Float, Double)] {
      let within = Double(values.count { abs($0) < bound }) / Double(count)
      #expect(abs(within - share) < 0.005, "\(within) lie within \(bound), not \(share)")
    }
    #expect(values.count { $0 > 0 } > count * 49 / 100 && values.count { $0 < 0 } > count * 49 / 100)
    let neighbours = zip(values, values.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 } / (0.25 * Float(count))
    #expect(abs(neighbours) < 0.01, "neighbours are not alike")
  }

  @Test("a key gives the same bits each time; another key and another parameter other values")
  func keys() {
    #expect(values(.uniform(bound: 1)) == values(.uniform(bound: 1)))
    #expect(values(.uniform(bound: 1)) != values(.uniform(bound: 1), seed: 2) as [Float])
    var builder = ParameterBuilder()
    let (a, b) = (builder.parameter("a", [50], .uniform(bound: 1)), builder.parameter("b", [50], .uniform(bound: 1)))
    let arena = builder.makeParameters(on: backend, key: RandomKey(seed: 1))
    #expect(arena.tensor(a).values != arena.tensor(b).values)
    #expect(Array(values(.uniform(bound: 1)).prefix(50)) == arena.tensor(a).values, "its own stream by its index")
  }

  @Test("a linear layer begins within 1 / sqrt(inputs), unless it is told otherwise")
  func linear() {
    var builder = ParameterBuilder()
    _ = Linear(inputs: 100, outputs: 40, in: &builder)
    builder.scope("zero") { _ = Linear(inputs: 100, outputs: 40, weight: .zeros, in: &$0) }
    let arena = builder.makeParameters(on: backend, key: RandomKey(seed: 3))
    let greatest = arena.layout.entries.indices.map { arena.tensor($0).values.map(abs).max() ?? 0 }
    #expect(greatest[0] <= 0.1 && greatest[0] > 0.099)
    #expect(greatest[1] <= 0.1 && greatest[1] > 0.08)
    #expect(greatest[2] == 0)
  }
}
