import Autograd
import KernelInterface
import Layers
import TensorCore
import TestSupport
import Testing

/// Layers and losses against what PyTorch computes.
@Suite("Layers agree with PyTorch")
struct GoldenLayerTests {
  private let backend = Backend(threads: 1)

  /// The outputs of `layer` for the case's input, and the gradients of the input and of the layer's parameters, for the
  /// case's upstream gradient.
  private func run(
    _ layer: any Layer, _ builder: ParameterBuilder, _ golden: GoldenFile, _ name: String,
    parameters values: [[Float]] = []
  ) throws -> (output: [Float], inputGradient: [Float], parameterGradients: [[Float]]) {
    var builder = builder
    let shape = Shape(try golden.shape(name, "input"))
    let input = builder.parameter("input", shape, .zeros)  // a parameter, so that it gets a gradient
    let parameters = builder.makeParameters(on: backend, key: RandomKey(seed: 1))
    for (index, values) in values.enumerated() { parameters.write(values, to: index) }
    parameters.write(try golden.floats(name, "input"), to: input)

    let gradients = Arena(builder.layout, on: backend)
    let tape = Tape(parameters: parameters, gradients: gradients)
    let y = layer.forward(tape.parameter(input), ForwardContext(tape: tape, mode: .inference))
    let upstream = Tensor(try golden.floats(name, "upstream"), y.shape, on: backend)
    tape.backward(from: (tape.constant(upstream) * y).sum())
    return (
      y.value.values, gradients.tensor(input).values, values.indices.map { gradients.tensor($0).values }
    )
  }

  @Test("activations")
  func activations() throws {
    let golden = try GoldenFile("activations")
    let layers: [String: any Layer] = [
      "identity": ActivationLayer(.identity), "relu": ActivationLayer(.relu),
      "leakyReLU": ActivationLayer(.leakyReLU(slope: try golden.number("leakyReLU", "slope"))),
      "sigmoid": ActivationLayer(.sigmoid), "tanh": ActivationLayer(.tanh), "gelu": ActivationLayer(.gelu),
      "geluTanh": ActivationLayer(.geluTanh), "silu": ActivationLayer(.silu), "softmax": Softmax(),
    ]
    #expect(golden.caseNames == layers.keys.sorted())
    for (name, layer) in layers {
      let result = try run(layer, ParameterBuilder(), golden, name)
      expectClose(result.output, try golden.floats(name, "output"), tolerance: 1e-6, "\(name)")
      expectClose(result.inputGradient, try golden.floats(name, "gradient"), tolerance: 1e-6, "gradient of \(name)")
    }
  }

  @Test("linear layers", arguments: ["small", "wide", "single"])
  func linear(name: String) throws {
    let golden = try GoldenFile("linear")
    let shape = try golden.shape(name, "weight")
    var builder = ParameterBuilder()
    let layer = Linear(inputs: shape[0], outputs: shape[1], in: &builder)
    let result = try run(
      layer, builder, golden, name,
      parameters: [try golden.floats(name, "weight"), try golden.floats(name, "bias")])
    expectClose(result.output, try golden.floats(name, "output"), tolerance: 2e-6, "output")
    expectClose(result.inputGradient, try golden.floats(name, "inputGradient"), tolerance: 2e-6, "input gradient")
    for (index, key) in ["weightGradient", "biasGradient"].enumerated() {
      expectClose(result.parameterGradients[index], try golden.floats(name, key), tolerance: 2e-6, key)
    }
  }

  @Test("losses", arguments: Loss.allCases)
  func losses(loss: Loss) throws {
    let golden = try GoldenFile("losses")
    let name =
      switch loss {
      case .crossEntropy: "crossEntropy"
      case .binaryCrossEntropyWithLogits: "binaryCrossEntropyWithLogits"
      case .meanSquared: "meanSquaredError"
      case .meanAbsolute: "meanAbsoluteError"
      }
    let shape = Shape(try golden.shape(name, "prediction"))
    let targets: Targets =
      loss.takesLabels
      ? .labels(try golden.integers(name, "target"))
      : .values(Tensor(try golden.floats(name, "target"), shape, on: backend))

    var builder = ParameterBuilder()
    let prediction = builder.parameter("prediction", shape, .zeros)
    let parameters = builder.makeParameters(on: backend, key: RandomKey(seed: 1))
    parameters.write(try golden.floats(name, "prediction"), to: prediction)
    let gradients = Arena(builder.layout, on: backend)
    let tape = Tape(parameters: parameters, gradients: gradients)
    let mean = loss.mean(of: tape.parameter(prediction), against: targets)
    tape.backward(from: mean)
    expectClose(mean.value.scalar, try golden.number(name, "loss"), tolerance: 1e-6, "loss")
    expectClose(gradients.tensor(prediction).values, try golden.floats(name, "gradient"), tolerance: 1e-6, "gradient")
  }
}

extension Arena {
  func write(_ values: [Float], to index: Int) {
    destination(index, accumulates: false).withMutableValues { memory in _ = memory.update(fromContentsOf: values) }
  }
}
