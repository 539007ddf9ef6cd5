import Autograd
import KernelInterface
import Layers
import TensorCore
import Testing

@Suite("Dropout")
struct DropoutTests {
  private let backend = Backend(threads: 1)
  private let key = RandomKey(seed: 5)

  /// Ones [200, 200] through `layer`.
  private func outputs(of layer: any Layer, _ mode: ForwardContext.Mode) -> [Float] {
    let tape = Tape(parameters: Arena(ParameterLayout(), on: backend), gradients: nil)
    let ones = tape.constant(Tensor(filledWith: 1, [200, 200], on: backend))
    return layer.forward(ones, ForwardContext(tape: tape, mode: mode)).value.values
  }

  private func makeLayers(rate: Float, count: Int) -> [Dropout] {
    var builder = ParameterBuilder()
    return (0..<count).map { _ in Dropout(rate: rate, in: &builder) }
  }

  @Test("the rate is kept, survivors grow, neighbours are independent", arguments: [0.1, 0.5, 0.8] as [Float])
  func statistics(rate: Float) {
    let values = outputs(of: makeLayers(rate: rate, count: 1)[0], .training(key))
    let isDropped = values.map { $0 == 0 }
    #expect(values.allSatisfy { $0 == 0 || abs($0 * (1 - rate) - 1) < 1e-6 })
    let (count, p) = (Float(values.count), rate)
    let dropped = Float(isDropped.count { $0 })
    #expect(abs(dropped - count * p) < 4 * (count * p * (1 - p)).squareRoot())
    for distance in [1, 16, 64, 200] {
      let pairs = count - Float(distance)
      let both = Float(zip(isDropped, isDropped.dropFirst(distance)).count { $0 && $1 })
      #expect(abs(both - pairs * p * p) < 5 * (pairs * p * p).squareRoot(), "at distance \(distance)")
    }
  }

  @Test("the mask depends on the key and the layer and on nothing else")
  func determinism() {
    let layers = makeLayers(rate: 0.5, count: 2)
    let mask = outputs(of: layers[0], .training(key))
    #expect(outputs(of: layers[0], .training(key)) == mask)
    for other in [
      outputs(of: layers[1], .training(key)), outputs(of: layers[0], .training(key.derived(1))),
    ] {
      let agreeing = zip(mask, other).count { $0 == $1 }
      #expect(abs(agreeing - mask.count / 2) < 500, "masks agree by chance only")
    }
  }

  @Test("the backward pass drops what the forward pass dropped")
  func backward() {
    var builder = ParameterBuilder()
    let x = builder.parameter("x", [40, 50], .ones)
    let layer = Dropout(rate: 0.4, in: &builder)
    let parameters = builder.makeParameters(on: backend, key: key)
    let gradients = Arena(builder.layout, on: backend)
    let tape = Tape(parameters: parameters, gradients: gradients)
    let y = layer.forward(tape.parameter(x), ForwardContext(tape: tape, mode: .training(key)))
    tape.backward(from: y.sum())
    #expect(gradients.tensor(x).values == y.value.values, "x is 1 everywhere, so dx = y")
  }

  @Test("in inference, and at rate 0, it is the identity")
  func identity() {
    let ones = [Float](repeating: 1, count: 40_000)
    #expect(outputs(of: makeLayers(rate: 0.5, count: 1)[0], .inference) == ones)
    #expect(outputs(of: makeLayers(rate: 0, count: 1)[0], .training(key)) == ones)
  }
}
