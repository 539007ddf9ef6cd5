import Autograd
import KernelInterface
import TensorCore
import TestSupport
import Testing

/// A tape that adds to a sum leaves what a second arena and `Arena.add` would.
@Suite("Gradients added to a sum where they are computed")
struct SumOfLanesTests {
  private let backend = Backend(threads: 2)

  /// Compares both ways for parameters of `shapes`, whose gradients `loss` decides, to the bit.
  private func expectSum(
    _ what: String, _ shapes: [Shape], statistics: [Shape] = [], sourceLocation: SourceLocation = #_sourceLocation,
    _ loss: (Tape, [Variable]) -> Variable
  ) {
    var layout = ParameterLayout()
    for (index, shape) in shapes.enumerated() { _ = layout.append(name: "\(index)", shape: shape) }
    for (index, shape) in statistics.enumerated() {
      _ = layout.append(name: "statistic \(index)", shape: shape, role: .runningStatistic(momentum: 0.1))
    }
    let parameters = Arena(layout, on: backend)
    fill(parameters, seed: 1)
    let (sum, expected, second) = (Arena(layout, on: backend), Arena(layout, on: backend), Arena(layout, on: backend))
    fill(sum, seed: 2)
    fill(expected, seed: 2)
    for (gradients, adds) in [(sum, true), (second, false)] {
      let tape = Tape(parameters: parameters, gradients: gradients, addingToSum: adds)
      var told: [Int: [Float]] = [:]
      tape.backward(from: loss(tape, shapes.indices.map(tape.parameter))) { index in
        #expect(told[index] == nil, "\(what), entry \(index) is told twice")
        told[index] = gradients.tensor(index).values
      }
      for index in layout.entries.indices {
        #expect(told[index] == gradients.tensor(index).values, "\(what), entry \(index) is told when it is complete")
      }
    }
    expected.add(second)
    for index in layout.entries.indices {
      let (actual, wanted) = (sum.tensor(index).values, expected.tensor(index).values)
      let differing = zip(actual, wanted).enumerated().first { $1.0.bitPattern != $1.1.bitPattern }
      #expect(
        differing.map { "element \($0): \($1.0) instead of \($1.1)" } == nil, "\(what), entry \(index)",
        sourceLocation: sourceLocation)
    }
  }

  private func fill(_ arena: Arena, seed: UInt64) {
    for (index, entry) in arena.layout.entries.enumerated() {
      arena.write(seededValues(entry.shape.count, seed: seed + 10 * UInt64(index), low: -1, high: 1), to: index)
    }
  }

  private func data(_ tape: Tape, _ shape: Shape) -> Variable {
    tape.constant(Tensor(seededValues(shape.count, seed: 77, low: -1, high: 1), shape, on: backend))
  }

  @Test(
    "weights, biases and residuals of linear layers, at depths below and above a block of the product",
    arguments: [1, 2, 7, 128, 1024, 1025, 1500])
  func linear(rows: Int) {
    expectSum("\(rows) rows", [[33, 47], [47], [47, 19], [19], [19, 1]]) { tape, w in
      let x = data(tape, [rows, 33]).linear(weight: w[0], bias: w[1], activation: .gelu)
      let y = x.linear(weight: w[2], bias: w[3], residual: data(tape, [rows, 19]))
      return y.linear(weight: w[4], bias: nil).squared().mean()
    }
  }

  @Test("a product of two parameters, products of batches")
  func matrixProducts() {
    expectSum("a product", [[5, 70], [70, 33], [3, 20, 4], [3, 4, 17]]) { tape, w in
      w[0].matrixProduct(w[1]).squared().sum() + w[2].matrixProduct(w[3]).squared().sum()
    }
  }

  @Test("an embedding alone and one that is the output layer, too")
  func embeddings() {
    let ids: [Int32] = [3, 1, 4, 1, 5, 9, 2, 6]
    expectSum("an embedding", [[11, 6]]) { _, w in w[0].rows(at: ids).squared().sum() }
    expectSum("tied weights", [[40, 16], [16, 16]]) { _, w in
      w[0].rows(at: ids).linear(weight: w[1], bias: nil)
        .crossEntropy(projectedBy: w[0], transposed: true, labels: [1, 2, 3, 4, 5, 6, 7, 39])
    }
    for ignored in [-1, 2] as [Int32] {
      expectSum("an output layer", [[6, 40], [40], [11, 6]]) { _, w in
        w[2].rows(at: ids).crossEntropy(
          projectedBy: w[0], bias: w[1], labels: [1, 2, 3, 4, 2, 6, 7, 39], ignoring: ignored)
      }
    }
  }

  @Test("parameters used several times, in every order of a first contribution that is passed on or computed")
  func severalUses() {
    expectSum("sums and products", [[9, 9], [9, 9], [9]]) { tape, w in
      let x = data(tape, [9, 9]).matrixProduct(w[0]) + w[0]
      let y = (x * w[1]).matrixProduct(w[1]) + w[1].activated(.tanh)
      return (y.addingRow(w[2]) + w[2] + w[0].transposed()).squared().mean()
    }
    expectSum("a square", [[4, 4]]) { _, w in (w[0] * w[0]).sum() }
  }

  @Test("convolution, normalisations and running statistics")
  func images() {
    expectSum("images", [[4, 3, 3, 3], [4], [4], [4], [4], [4]], statistics: [[4], [4]]) { tape, w in
      let x = data(tape, [2, 3, 8, 8]).convolution(weight: w[0], bias: w[1], padding: 1)
      let (y, statistics) = x.batchNorm(scale: w[2], shift: w[3], epsilon: 1e-5)
      tape.observe(statistics.mean, ofStatistic: 6)
      tape.observe(statistics.variance, ofStatistic: 7)
      return y.groupNorm(groups: 2, scale: w[4], shift: w[5], epsilon: 1e-5).activated(.relu).squared().mean()
    }
  }

  @Test("an LSTM, a GRU and attention between normalisations")
  func sequences() {
    let (inputs, hidden) = (6, 8)
    let shapes: [Shape] = [
      [inputs, 4 * hidden], [hidden, 4 * hidden], [4 * hidden], [hidden, 3 * hidden], [hidden, 3 * hidden],
      [3 * hidden], [3 * hidden], [hidden, 3 * hidden], [3 * hidden], [hidden], [hidden], [2, 5, 5],
    ]
    expectSum("sequences", shapes) { tape, w in
      let h = data(tape, [3, 5, inputs]).lstm(inputWeight: w[0], recurrentWeight: w[1], bias: w[2]).hidden
      let g = h.gru(inputWeight: w[3], recurrentWeight: w[4], bias: w[5], recurrentBias: w[6]).hidden
      let n = g.layerNorm(scale: w[9], shift: w[10], epsilon: 1e-5)
      let packed = n.reshaped(to: [15, hidden]).linear(weight: w[7], bias: w[8]).reshaped(to: [3, 5, 3 * hidden])
      return packed.attention(heads: 2, isCausal: true, bias: w[11]).squared().mean()
    }
  }

  @Test("a parameter without a gradient keeps its sum")
  func withoutGradient() {
    var layout = ParameterLayout()
    let (used, unused) = (layout.append(name: "used", shape: [2]), layout.append(name: "unused", shape: [2]))
    let statistic = layout.append(name: "statistic", shape: [2], role: .runningStatistic(momentum: 0.1))
    let (parameters, gradients) = (Arena(layout, on: backend), Arena(layout, on: backend))
    for index in [used, unused, statistic] { gradients.write([5, -7], to: index) }
    let tape = Tape(parameters: parameters, gradients: gradients, addingToSum: true)
    tape.backward(from: tape.parameter(used).sum())
    #expect(gradients.tensor(used).values == [6, -6])
    #expect(gradients.tensor(unused).values == [5, -7])
    #expect(gradients.tensor(statistic).values == [5, -7])
  }
}
