import Autograd
import KernelInterface
import Layers
import TensorCore
import TestSupport
import Testing

@Suite("Batch normalisation")
struct BatchNormTests {
  private let backend = Backend(threads: 1)

  @Test("in inference it goes by the running statistics, whatever the batch is")
  func inference() {
    var builder = ParameterBuilder()
    let layer = BatchNorm(channels: 2, epsilon: 0.5, in: &builder)
    let parameters = builder.makeParameters(on: backend, key: RandomKey(seed: 1))
    let names = builder.layout.entries.map(\.name)
    #expect(names == ["weight", "bias", "running_mean", "running_var"])
    let values: [[Float]] = [[2, 3], [10, 20], [1, -1], [3.5, 0.5]]
    for (index, values) in values.enumerated() { parameters.write(values, to: index) }
    let tape = Tape(parameters: parameters, gradients: nil)
    let x = tape.constant(Tensor([1, -1, 5, 0], [2, 2], on: backend))
    let y = layer.forward(x, ForwardContext(tape: tape, mode: .inference))
    // (x - mean) / sqrt(variance + 0.5) * weight + bias, with deviations of 2 and 1.
    #expect(y.value.values == [10, 20, 14, 23])
  }

  @Test("in training the batch counts, and its unbiased variance moves the running one")
  func training() {
    var builder = ParameterBuilder()
    let layer = BatchNorm(channels: 1, momentum: 0.25, in: &builder)
    let parameters = builder.makeParameters(on: backend, key: RandomKey(seed: 1))
    let gradients = Arena(builder.layout, on: backend)
    let tape = Tape(parameters: parameters, gradients: gradients)
    let x = tape.constant(Tensor([1, 2, 3], [3, 1], on: backend))
    let y = layer.forward(x, ForwardContext(tape: tape, mode: .training(RandomKey(seed: 2))))
    tape.backward(from: y.sum())
    parameters.updateStatistics(from: gradients, meanFactor: 1)
    expectClose(y.value.values, [-1.224_735_7, 0, 1.224_735_7], tolerance: 1e-6, "normalised")
    // Mean 2 and variance 2/3 of three values, of which 2 are free: 1.
    expectClose(parameters.tensor(2).values, [0.5], tolerance: 1e-7, "mean")
    expectClose(parameters.tensor(3).values, [1], tolerance: 1e-6, "variance")
  }
}
