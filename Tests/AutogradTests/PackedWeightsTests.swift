import Autograd
import TensorCore
import TestSupport
import Testing

@Suite("Weights packed once for all lanes of a step")
struct PackedWeightsTests {
  private let backend = Backend(threads: 2)

  /// W [30, 50], b [50] and V [50, 30].
  private func makeParameters() -> Arena {
    var layout = ParameterLayout()
    for (name, shape) in [("W", [30, 50]), ("b", [50]), ("V", [50, 30])] as [(String, Shape)] {
      _ = layout.append(name: name, shape: shape)
    }
    let parameters = Arena(layout, on: backend)
    for (index, entry) in layout.entries.enumerated() {
      parameters.write(seededValues(entry.shape.count, seed: UInt64(index), low: -1, high: 1), to: index)
    }
    return parameters
  }

  /// The gradients of a lane of `rows` rows, and the loss at the end.
  private func lane(_ seed: UInt64, rows: Int, _ parameters: Arena, _ packedWeights: PackedWeights?) -> [Float] {
    let gradients = Arena(parameters.layout, on: backend)
    let tape = Tape(parameters: parameters, gradients: gradients, packedWeights: packedWeights)
    let (w, b, v) = (tape.parameter(0), tape.parameter(1), tape.parameter(2))
    let data = Tensor(seededValues(rows * 30, seed: seed, low: -1, high: 1), [rows, 30], on: backend)
    // Twice W: the gradient of the second one's operand takes W^T, which the first one, of data, does not.
    let x = tape.constant(data).linear(weight: w, bias: b, activation: .gelu).linear(weight: v, bias: nil)
    let y = x.linear(weight: w, bias: nil, activation: .relu).linear(weight: v, bias: nil, residual: x)
    let loss = y.squared().mean()
    tape.backward(from: loss)
    return gradients.tensor.values + [loss.value.scalar]
  }

  @Test("a step's lanes have the bits that they have each by itself", arguments: [1, 2, 40, 200, 600])
  func sameBits(rows: Int) {
    let (parameters, packedWeights) = (makeParameters(), PackedWeights())
    for seed in [7, 8, 9] as [UInt64] {
      #expect(lane(seed, rows: rows, parameters, packedWeights) == lane(seed, rows: rows, parameters, nil))
    }
  }

  @Test("what the first lane packed is what the others read, until the next step")
  func shared() {
    let (parameters, packedWeights) = (makeParameters(), PackedWeights())
    let before = lane(7, rows: 20, parameters, packedWeights)
    // Not allowed: it shows that nobody packs again.
    for weight in [0, 2] { parameters.write(parameters.tensor(weight).values.map { -$0 }, to: weight) }
    #expect(lane(7, rows: 20, parameters, packedWeights) == before)
    let after = lane(7, rows: 20, parameters, nil)
    #expect(after != before)
    #expect(lane(7, rows: 20, parameters, PackedWeights()) == after)
  }
}
