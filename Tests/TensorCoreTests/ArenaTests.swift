import TensorCore
import Testing

@Suite("Arenas")
struct ArenaTests {
  private let backend = Backend(threads: 2)

  /// Parameters of 1, 16, 17, 0 and 33 values.
  private func layout() -> ParameterLayout {
    var layout = ParameterLayout()
    for (index, shape) in ([[1], [4, 4], [17], [0], [3, 11]] as [Shape]).enumerated() {
      #expect(layout.append(name: "parameter \(index)", shape: shape) == index)
    }
    return layout
  }

  @Test("parameters begin at cache lines and do not overlap")
  func ranges() {
    let layout = layout()
    #expect(layout.entries.map(\.range) == [0..<1, 16..<32, 32..<49, 64..<64, 64..<97])
    #expect(layout.count == 112)
    #expect(layout.parameterCount == 67)
  }

  @Test("an arena begins as zeros at a multiple of 64 bytes")
  func zeros() {
    for _ in 0..<2 {  // the second one gets the first one's memory
      let arena = Arena(layout(), on: backend)
      #expect(arena.tensor.values == Array(repeating: 0, count: 112))
      #expect(arena.withMutableValues { Int(bitPattern: $0.baseAddress) % 64 } == 0)
      arena.withMutableValues { $0.update(repeating: .nan) }
    }
  }

  @Test("writing parameters and adding arenas leaves the padding zero")
  func padding() {
    let (arena, other) = (Arena(layout(), on: backend), Arena(layout(), on: backend))
    for index in arena.layout.entries.indices {
      arena.destination(index, accumulates: false).fill(with: Float(index + 1))
      other.destination(index, accumulates: false).fill(with: 10)
    }
    arena.add(other)
    var expected = [Float](repeating: 0, count: 112)
    for (index, entry) in arena.layout.entries.enumerated() {
      for at in entry.range { expected[at] = Float(index + 11) }
    }
    #expect(arena.tensor.values == expected)
  }

  @Test("a parameter's tensor is a view: it sees what is written later")
  func views() {
    let arena = Arena(layout(), on: backend)
    let view = arena.tensor(1)
    #expect(view.shape == [4, 4])
    arena.destination(1, accumulates: false).fill(with: 3)
    arena.destination(1, accumulates: true).write(Tensor(filledWith: 4, [4, 4], on: backend))
    #expect(view.values == Array(repeating: 7, count: 16))
  }

  @Test("running statistics lie behind what is trained, whenever they are added")
  func statistics() {
    var layout = ParameterLayout()
    let mean = layout.append(name: "mean", shape: [20], role: .runningStatistic(momentum: 0.1))
    let weight = layout.append(name: "weight", shape: [3, 3])
    let variance = layout.append(name: "variance", shape: [20], role: .runningStatistic(momentum: 0.1))
    let bias = layout.append(name: "bias", shape: [5])
    #expect([weight, bias, mean, variance].map { layout.entries[$0].range } == [0..<9, 16..<21, 32..<52, 64..<84])
    #expect(layout.trainedRange == 0..<32)
    #expect(layout.count == 96)
    #expect(layout.parameterCount == 14)
    #expect(Arena(layout, on: backend).trained.count == 32)
  }

  @Test("a running statistic moves by its momentum towards the mean over lanes")
  func runningMean() {
    var layout = ParameterLayout()
    let weight = layout.append(name: "weight", shape: [2])
    let mean = layout.append(name: "mean", shape: [3], role: .runningStatistic(momentum: 0.25))
    let (values, sums) = (Arena(layout, on: backend), Arena(layout, on: backend))
    for index in [weight, mean] {
      values.destination(index, accumulates: false).fill(with: 8)
      sums.destination(index, accumulates: false).fill(with: 40)
    }
    values.updateStatistics(from: sums, meanFactor: 0.5)
    #expect(values.tensor(mean).values == [11, 11, 11])  // 0.75 * 8 + 0.25 * 20
    #expect(values.tensor(weight).values == [8, 8])
  }
}
