import Autograd
import KernelInterface
import Layers
import ModelZoo
import TensorCore
import TestSupport
import Testing

/// Whole models against PyTorch: see `Tests/Golden/models.py`, whose way of making parameters this repeats.
@Suite("Models agree with PyTorch")
struct GoldenModelTests {
  private let backend = Backend(threads: 2)

  @Test("the transformer block: causal attention, both normalisations, GELU")
  func transformerBlock() throws {
    var builder = ParameterBuilder()
    let block = TransformerBlock(
      attention: SelfAttention.Design(width: 16, heads: 2, isCausal: true), norm: .layer(epsilon: 1e-5), in: &builder
    ) { PlainFeedForward(width: 16, hidden: 48, activation: .geluTanh, in: &$0) }
    try check("transformerBlock", block, layout: builder.layout, input: [2, 5, 16], tolerance: 2e-6)
  }

  @Test("LeNet-5 on images with an odd side")
  func lenet5() throws {
    let model = LeNet5(height: 14, width: 13, outputs: 10).makeModel()
    try check("lenet5", model, input: [3, 1, 14, 13], tolerance: 2e-6)
  }

  @Test("a residual network of eight layers, its batch statistics included")
  func resnet8() throws {
    let model = ResNet(outputs: 10, blocksInStage: 1).makeModel()
    try check("resnet8", model, input: [3, 3, 9, 8], tolerance: 2e-5)
  }

  @Test("an LSTM that reads sequences")
  func lstmClassifier() throws {
    let model = LSTMClassifier(inputs: 7, hidden: 9, outputs: 10).makeModel()
    try check("lstmClassifier", model, input: [4, 6, 7], tolerance: 2e-6)
  }

  @Test("GPT-2 of two layers: the mean loss over its tokens")
  func gpt2() throws {
    let golden = try GoldenFile("models")
    let model = GPT2(vocabulary: 19, context: 8, layers: 2, heads: 2, width: 16).makeModel()
    let parameters = startingParameters(model.layout)
    let gradients = Arena(model.layout, on: backend)
    let windows = try golden.integers("gpt2", "windows")
    let tape = Tape(parameters: parameters, gradients: gradients)
    let loss = model.meanLoss(
      of: TokenBatch(windows: windows, sequences: 3),
      ForwardContext(tape: tape, mode: .training(RandomKey(seed: 1))))
    tape.backward(from: loss)
    expectClose(loss.value.values, try golden.floats("gpt2", "loss"), tolerance: 1e-6, "loss")
    try expectGradients(gradients, "gpt2", golden, tolerance: 2e-6)
  }

  private func check(_ name: String, _ model: Model, input: Shape, tolerance: Float) throws {
    guard case .predictor(let layer) = model.network else { preconditionFailure("\(model) has no layer") }
    try check(name, layer, layout: model.layout, input: input, tolerance: tolerance)
  }

  private func check(
    _ name: String, _ layer: any Layer, layout: ParameterLayout, input shape: Shape, tolerance: Float
  ) throws {
    let golden = try GoldenFile("models")
    var layout = layout
    let input = layout.append(name: "input", shape: shape)
    let parameters = startingParameters(layout)
    let gradients = Arena(layout, on: backend)
    parameters.write(draw(1, shape.count), to: input)

    let tape = Tape(parameters: parameters, gradients: gradients)
    let y = layer.forward(tape.parameter(input), ForwardContext(tape: tape, mode: .training(RandomKey(seed: 1))))
    let upstream = Tensor(draw(2, y.shape.count), y.shape, on: backend)
    tape.backward(from: (tape.constant(upstream) * y).sum())
    parameters.updateStatistics(from: gradients, meanFactor: 1)

    expectClose(y.value.values, try golden.floats(name, "output"), tolerance: tolerance, "output")
    expectClose(
      gradients.tensor(input).values, try golden.floats(name, "inputGradient"), tolerance: tolerance, "input")
    try expectGradients(gradients, name, golden, tolerance: tolerance)
    for (index, entry) in layout.entries.enumerated() where entry.role != .trained {
      let expected = try golden.floats(name, "statistic." + entry.name)
      expectClose(parameters.tensor(index).values, expected, tolerance: tolerance, entry.name)
    }
  }

  /// The parameters as models.py makes them; an input is left for the test to write.
  private func startingParameters(_ layout: ParameterLayout) -> Arena {
    let parameters = Arena(layout, on: backend)
    for (number, index) in layout.drawn.enumerated() {
      let entry = layout.entries[index]
      parameters.write(entry.startingValues(draw(100 + UInt64(number), entry.shape.count)), to: index)
    }
    for (index, entry) in layout.entries.enumerated() where entry.name.hasSuffix("running_var") {
      parameters.destination(index, accumulates: false).fill(with: 1)
    }
    return parameters
  }

  private func expectGradients(_ gradients: Arena, _ name: String, _ golden: GoldenFile, tolerance: Float) throws {
    for (number, index) in gradients.layout.drawn.enumerated() {
      let (entry, values) = (gradients.layout.entries[index], gradients.tensor(index).values)
      let direction = draw(200 + UInt64(number), values.count)
      let product = zip(values, direction).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
      let expected = try golden.floats(name, "gradient." + entry.name)
      // A sum of so many values is as far off as all of them together.
      let size = max(1, Float(values.count).squareRoot() / 8)
      expectClose([Float(product) / size], [expected[0] / size], tolerance: tolerance, "gradient of \(entry.name)")
      expectClose(Array(values.prefix(7)), Array(expected.dropFirst()), tolerance: tolerance, "\(entry.name)")
    }
  }

  /// `draw` of golden.py with a scale of 1.
  private func draw(_ seed: UInt64, _ count: Int) -> [Float] {
    var state = seed
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Double(state >> 40) / 0x1p23 - 1)
    }
  }
}

extension ParameterLayout {
  /// The indices of the parameters that models.py draws.
  fileprivate var drawn: [Int] {
    entries.indices.filter { entries[$0].role == .trained && entries[$0].name != "input" }
  }
}

extension ParameterLayout.Entry {
  /// What models.py makes of drawn values, by what the parameter is.
  fileprivate func startingValues(_ drawn: [Float]) -> [Float] {
    let isScale = name.contains("norm.") && name.hasSuffix("weight")
    return drawn.map { value in
      switch shape.rank {
      case 1: isScale ? 1 + value / 4 : value / 2
      case 2: Float(Double(value) / Double(shape[0]).squareRoot())
      default: Float(Double(value) / Double(shape[1] * shape[2] * shape[3]).squareRoot())
      }
    }
  }
}
