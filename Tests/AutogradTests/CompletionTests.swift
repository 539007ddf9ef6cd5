import Autograd
import KernelInterface
import TensorCore
import Testing

@Suite("When a parameter is complete")
struct CompletionTests {
  private let backend = Backend(threads: 1)

  /// Square parameters "0", "1", ... [3, 3], and gradients of NaN.
  private func arenas(_ count: Int) -> (parameters: Arena, gradients: Arena) {
    var layout = ParameterLayout()
    for index in 0..<count { _ = layout.append(name: "\(index)", shape: [3, 3]) }
    let (parameters, gradients) = (Arena(layout, on: backend), Arena(layout, on: backend))
    for index in 0..<count {
      parameters.write((0..<9).map { Float($0 + index) / 8 - 0.5 }, to: index)
      gradients.write([Float](repeating: .nan, count: 9), to: index)
    }
    return (parameters, gradients)
  }

  @Test("parameters are complete in the reverse order of their first use, each once")
  func order() {
    let (parameters, gradients) = arenas(4)
    let tape = Tape(parameters: parameters, gradients: gradients)
    // Asked for in another order than they are used in.
    let w = [0, 1, 2, 3].map(tape.parameter)
    var x = w[2].matrixProduct(w[0])
    x = x.matrixProduct(w[3])
    var order: [Int] = []
    tape.backward(from: x.linear(weight: w[1], bias: nil).sum()) { order.append($0) }
    #expect(order == [1, 3, 2, 0])
  }

  @Test("a parameter taken twice is complete behind the operation that took it first")
  func tiedWeights() {
    let (parameters, gradients) = arenas(3)
    let tape = Tape(parameters: parameters, gradients: gradients)
    let table = tape.parameter(0)
    var x = table.rows(at: [2, 0, 1, 1])
    x = x.linear(weight: tape.parameter(1), bias: nil).linear(weight: tape.parameter(2), bias: nil)
    var order: [Int] = []
    let loss = x.crossEntropy(projectedBy: table, transposed: true, labels: [0, 1, 2, 0])
    tape.backward(from: loss) { order.append($0) }
    #expect(order == [2, 1, 0])
  }

  @Test("a gradient is whole when its parameter is told, and the parameter is not read any more")
  func overwriting() {
    let first = run { _, _, _ in }
    let second = run { index, parameters, gradients in
      #expect(gradients.tensor(index).values == first[index], "parameter \(index)")
      parameters.write([Float](repeating: .nan, count: 9), to: index)
    }
    #expect(first == second)
    #expect(first.joined().allSatisfy { $0.isFinite })
  }

  /// A pass through residual connections, views, a product of two parameters, and one parameter used in three places.
  private func run(_ whenComplete: (Int, Arena, Arena) -> Void) -> [[Float]] {
    let (parameters, gradients) = arenas(6)
    let tape = Tape(parameters: parameters, gradients: gradients)
    let w = [0, 1, 2, 3, 4, 5].map(tape.parameter)
    let row = w[3].reshaped(to: [9]).sliced(dimension: 0, range: 2..<5)
    let x = w[0].rows(at: [0, 2, 2])
    let y = x.linear(weight: w[1], bias: row, activation: .gelu) + x
    let z = y.layerNorm(scale: row, epsilon: 1e-5).linear(weight: w[2], bias: nil, residual: y * w[4])
    let loss = (z * w[0] / (w[5] * w[5] + w[1].activated(.sigmoid))).squared().mean()
    tape.backward(from: loss) { whenComplete($0, parameters, gradients) }
    return (0..<6).map { gradients.tensor($0).values }
  }

  @Test("entries without a gradient and running statistics come last, in the layout's order")
  func last() {
    var layout = ParameterLayout()
    _ = layout.append(name: "beside the loss", shape: [2])
    _ = layout.append(name: "used", shape: [2])
    _ = layout.append(name: "never asked for", shape: [2])
    let statistic = layout.append(name: "mean", shape: [2], role: .runningStatistic(momentum: 0.1))
    let (parameters, gradients) = (Arena(layout, on: backend), Arena(layout, on: backend))
    for index in 0...statistic { gradients.write([.nan, .nan], to: index) }
    let tape = Tape(parameters: parameters, gradients: gradients)
    let x = 2 * tape.parameter(1)
    _ = x * tape.parameter(0)
    tape.observe(Tensor([3, -4], [2], on: backend), ofStatistic: statistic)
    var told: [(index: Int, gradient: [Float])] = []
    tape.backward(from: x.sum()) { told.append(($0, gradients.tensor($0).values)) }
    #expect(told.map(\.index) == [1, 0, 2, statistic])
    #expect(told.map(\.gradient) == [[2, 2], [0, 0], [0, 0], [3, -4]])
  }

  @Test("a parameter that is the loss itself is complete at the end")
  func parameterAsLoss() {
    var layout = ParameterLayout()
    _ = layout.append(name: "loss", shape: [1])
    let (parameters, gradients) = (Arena(layout, on: backend), Arena(layout, on: backend))
    let tape = Tape(parameters: parameters, gradients: gradients)
    var told: [Int] = []
    tape.backward(from: tape.parameter(0)) { told.append($0) }
    #expect(told == [0])
    #expect(gradients.tensor(0).values == [1])
  }
}
