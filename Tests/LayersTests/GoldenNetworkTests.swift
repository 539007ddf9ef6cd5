import Autograd
import KernelInterface
import Layers
import ModelZoo
import TensorCore
import TestSupport
import Testing

@Suite("A small network learns as PyTorch's does")
struct GoldenNetworkTests {
  private static let names = ["layers.0.weight", "layers.0.bias", "layers.1.weight", "layers.1.bias"]

  @Test("ten steps of a 4-8-3 perceptron with Adam: every loss and the parameters at the end")
  func tenSteps() throws {
    let golden = try GoldenFile("network")
    let backend = Backend(threads: 1)
    let model = MultilayerPerceptron(inputs: 4, hidden: [8], outputs: 3).makeModel()
    let parameters = model.makeParameters(on: backend, key: RandomKey(seed: 1))
    #expect(model.layout.entries.map(\.name) == Self.names)
    for (index, key) in ["weight1", "bias1", "weight2", "bias2"].enumerated() {
      parameters.write(try golden.floats("mlp", key), to: index)
    }
    let gradients = Arena(model.layout, on: backend)
    let (first, second) = (Arena(model.layout, on: backend), Arena(model.layout, on: backend))

    let (inputs, labels) = (try golden.slices("mlp", "inputs"), try golden.slices("mlp", "labels"))
    var losses: [Float] = []
    for step in inputs.indices {
      let tape = Tape(parameters: parameters, gradients: gradients)
      let context = ForwardContext(tape: tape, mode: .training(RandomKey(seed: UInt64(step))))
      let predictions = model.predictions(for: Tensor(inputs[step], [6, 4], on: backend), context)
      let loss = Loss.crossEntropy.mean(of: predictions, against: .labels(labels[step].map { Int32($0) }))
      tape.backward(from: loss)
      losses.append(loss.value.scalar)
      update(parameters, gradients, first, second, try adam(step + 1, golden))
    }

    expectClose(losses, try golden.floats("mlp", "losses"), tolerance: 2e-6, "losses")
    for (index, key) in ["finalWeight1", "finalBias1", "finalWeight2", "finalBias2"].enumerated() {
      expectClose(parameters.tensor(index).values, try golden.floats("mlp", key), tolerance: 5e-6, key)
    }
  }

  private func adam(_ step: Int, _ golden: GoldenFile) throws -> AdamStep {
    let (beta1, beta2) = (try golden.number("mlp", "beta1"), try golden.number("mlp", "beta2"))
    let powers = (0..<step).reduce((1.0, 1.0)) { powers, _ in (powers.0 * Double(beta1), powers.1 * Double(beta2)) }
    return AdamStep(
      learningRate: try golden.number("mlp", "learningRate"), beta1: beta1, beta2: beta2,
      epsilon: try golden.number("mlp", "epsilon"), biasCorrection1: Float(1 - powers.0),
      biasCorrection2: Float(1 - powers.1), gradientScale: 1, l2Penalty: 0, decoupledWeightDecay: 0)
  }

  private func update(_ parameters: Arena, _ gradients: Arena, _ first: Arena, _ second: Arena, _ step: AdamStep) {
    parameters.withMutableValues { p in
      gradients.withMutableValues { g in
        first.withMutableValues { m in
          second.withMutableValues { v in
            guard let p = p.baseAddress, let g = g.baseAddress, let m = m.baseAddress, let v = v.baseAddress else {
              return
            }
            parameters.backend.kernels.adam(
              step, parameters: p, gradients: g, firstMoments: m, secondMoments: v, count: parameters.count)
          }
        }
      }
    }
  }
}
