import Autograd
import TensorCore
import Testing

@Suite("Gradients of broadcast arithmetic and functions")
struct BroadcastingGradientTests {
  static let pairs: [(Shape, Shape)] = [
    ([2, 3], [2, 3]), ([4, 17], [17]), ([4, 17], [4, 1]), ([3, 1, 5], [2, 1]), ([2, 3], []), ([2, 1, 4], [3, 1]),
  ]

  @Test("sums, differences, products and quotients of shapes that differ", arguments: pairs)
  func arithmetic(a: Shape, b: Shape) {
    let operands = [Reference.random(a, seed: 40), .random(b, seed: 41, low: 1, high: 2)]
    for (operands, order) in [(operands, "a, b"), (operands.reversed(), "b, a")] {
      expectGradients("+ \(order)", at: operands, of: { $0[0] + $0[1] }, matching: { $0[0].broadcast($0[1], +) })
      expectGradients("- \(order)", at: operands, of: { $0[0] - $0[1] }, matching: { $0[0].broadcast($0[1], -) })
      expectGradients("* \(order)", at: operands, of: { $0[0] * $0[1] }, matching: { $0[0].broadcast($0[1], *) })
    }
    expectGradients("a / b", at: operands, of: { $0[0] / $0[1] }, matching: { $0[0].broadcast($0[1], /) })
  }

  @Test("exponential, logarithm, roots and powers", arguments: columnCounts)
  func functions(columns: Int) {
    let x = [Reference.random([2, columns], seed: 42, low: 0.5, high: 2)]
    expectGradients("exp", at: x, of: { $0[0].exp() }, matching: { $0[0].exponential() })
    expectGradients("log", at: x, of: { $0[0].log() }, matching: { $0[0].logarithm() })
    expectGradients("root", at: x, of: { $0[0].squareRoot() }, matching: { $0[0].power(0.5) })
    expectGradients("square", at: x, of: { $0[0].squared() }, matching: { $0[0] * $0[0] })
    for exponent in [3, -2, 1.5] as [Float] {
      expectGradients(
        "power \(exponent)", at: x, of: { $0[0].raised(to: exponent) }, matching: { $0[0].power(Double(exponent)) })
    }
  }

  @Test(
    "sums, means, variances and maxima over dimensions", arguments: [[0], [1], [2], [0, 2], [-1, -2], [0, 1, 2]],
    [true, false])
  func reductions(dimensions: [Int], keeping: Bool) {
    let x = [Reference.random([3, 4, 5], seed: 43)]
    expectGradients(
      "sum", at: x, of: { $0[0].sum(over: dimensions, keepingDimensions: keeping) },
      matching: { $0[0].reduced(dimensions, keeping) { $0.reduce(0, +) } })
    expectGradients(
      "mean", at: x, of: { $0[0].mean(over: dimensions, keepingDimensions: keeping) },
      matching: { $0[0].reduced(dimensions, keeping, mean) })
    expectGradients(
      "variance", at: x, of: { $0[0].variance(over: dimensions, keepingDimensions: keeping) },
      matching: { $0[0].reduced(dimensions, keeping) { x in mean(x.map { ($0 - mean(x)) * ($0 - mean(x)) }) } })
    expectGradients(
      "maximum", at: x, of: { $0[0].maximum(over: dimensions, keepingDimensions: keeping) },
      matching: { $0[0].reduced(dimensions, keeping) { $0.max() ?? 0 } })
  }

  @Test("equal greatest values share the gradient")
  func equalMaxima() {
    let backend = Backend(threads: 1)
    var layout = ParameterLayout()
    let index = layout.append(name: "x", shape: [2, 3])
    let (parameters, gradients) = (Arena(layout, on: backend), Arena(layout, on: backend))
    parameters.write([5, 1, 5, 2, 3, 1], to: index)
    let tape = Tape(parameters: parameters, gradients: gradients)
    tape.backward(from: tape.parameter(index).maximum(over: [1]).sum())
    #expect(gradients.tensor(index).values == [0.5, 0, 0.5, 0, 1, 0])
  }
}

private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
