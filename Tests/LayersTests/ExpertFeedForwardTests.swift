import Autograd
import Glibc
import KernelInterface
import Layers
import TensorCore
import TestSupport
import Testing

@Suite("A mixture of experts")
struct ExpertFeedForwardTests {
  private let layer: ExpertFeedForward
  private let parameters: Arena
  private let x: Tensor
  private static let (rows, width, experts) = (7, 4, 3)

  init() {
    var builder = ParameterBuilder()
    layer = ExpertFeedForward(
      width: Self.width, hidden: 5, experts: Self.experts, chosen: 2, balance: 0.5, in: &builder)
    let backend = Backend(threads: 1)
    parameters = builder.makeParameters(on: backend, key: RandomKey(seed: 3))
    x = Tensor(seededValues(Self.rows * Self.width, seed: 4), [Self.rows, Self.width], on: backend)
  }

  private func output(_ x: Tensor) -> [Float] {
    let context = ForwardContext(tape: Tape(parameters: parameters, gradients: nil), mode: .inference)
    return layer.forward(context.tape.constant(x), context).value.values
  }

  @Test("gives each position what its two likeliest experts make of it, by their shares")
  func mixture() {
    let router = parameters.tensor(0)
    let probabilities = Tensor.matrixProduct(x, router).softmaxOfRows().values
    let outputs = output(x)
    for row in 0..<Self.rows {
      let p = (0..<Self.experts).map { probabilities[row * Self.experts + $0] }
      let best = p.indices.sorted { p[$0] > p[$1] }.prefix(2)
      let total = best.reduce(0) { $0 + p[$1] }
      var expected = [Float](repeating: 0, count: Self.width)
      for expert in best {
        let made = feedForward(expert, x.sliced(dimension: 0, range: row..<row + 1))
        for column in expected.indices { expected[column] += p[expert] / total * made[column] }
      }
      for column in expected.indices {
        #expect(abs(outputs[row * Self.width + column] - expected[column]) < 1e-5)
      }
    }
  }

  private func feedForward(_ expert: Int, _ row: Tensor) -> [Float] {
    let (gateAndUp, down) = (parameters.tensor(1 + 2 * expert), parameters.tensor(2 + 2 * expert))
    let both = Tensor.matrixProduct(row, gateAndUp).values
    let hidden = (0..<5).map { both[$0] / (1 + exp(-both[$0])) * both[5 + $0] }
    return Tensor.matrixProduct(Tensor(hidden, [1, 5], on: row.backend), down).values
  }

  @Test("a position does not depend on the others")
  func independence() {
    let one = x.sliced(dimension: 0, range: 3..<4)
    #expect(output(one) == Array(output(x)[3 * Self.width..<4 * Self.width]))
  }

  @Test("has the gradient of the balance besides: experts times share times mean probability")
  func balance() {
    // The loss is 0, so what reaches the router is the balance's gradient alone.
    let gradients = Arena(parameters.layout, on: parameters.backend)
    let tape = Tape(parameters: parameters, gradients: gradients)
    let y = layer.forward(tape.constant(x), ForwardContext(tape: tape, mode: .inference))
    tape.backward(from: (0 * y).sum())
    let found = gradients.tensor(0).values
    for place in found.indices {
      let difference = [1, -1].map { (sign: Float) in balanceLoss { $0[place] += sign / 256 } }
      let expected = (difference[0] - difference[1]) * 128
      #expect(abs(found[place] - expected) < 1e-3, "\(found[place]), not \(expected)")
    }
    #expect(found.contains { abs($0) > 1e-3 })
  }

  /// 0.5 times experts times the sum over experts of the share of positions that chose it and its mean probability, the choice being
  /// that of the router as it is.
  private func balanceLoss(_ change: (inout [Float]) -> Void) -> Float {
    let router = parameters.tensor(0)
    var moved = router.values
    change(&moved)
    let before = Tensor.matrixProduct(x, router).softmaxOfRows().values
    let after = Tensor.matrixProduct(x, Tensor(moved, router.shape, on: x.backend)).softmaxOfRows().values
    var loss: Float = 0
    for expert in 0..<Self.experts {
      var (share, mean): (Float, Float) = (0, 0)
      for row in 0..<Self.rows {
        let p = (0..<Self.experts).map { before[row * Self.experts + $0] }
        if p.indices.sorted(by: { p[$0] > p[$1] }).prefix(2).contains(expert) { share += 1 / Float(Self.rows) }
        mean += after[row * Self.experts + expert] / Float(Self.rows)
      }
      loss += 0.5 * Float(Self.experts) * share * mean
    }
    return loss
  }
}
