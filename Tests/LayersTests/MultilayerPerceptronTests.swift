import Autograd
import KernelInterface
import Layers
import ModelZoo
import TensorCore
import TestSupport
import Testing

@Suite("The multilayer perceptron")
struct MultilayerPerceptronTests {
  @Test("its parameters and its description tell the widths")
  func layout() {
    let model = MultilayerPerceptron(inputs: 784, hidden: [512, 256], outputs: 10, dropout: 0.2).makeModel()
    #expect(
      model.layout.entries.map { "\($0.name) \($0.shape)" } == [
        "layers.0.weight [784, 512]", "layers.0.bias [512]", "layers.1.weight [512, 256]", "layers.1.bias [256]",
        "layers.2.weight [256, 10]", "layers.2.bias [10]",
      ])
    #expect(model.layout.parameterCount == 535_818)
    #expect("\(model)" == "multilayer perceptron 784-512-256-10, relu, dropout 0.2, 535818 parameters")
  }

  @Test("without hidden layers it is one linear layer")
  func regression() {
    let model = MultilayerPerceptron(inputs: 4, hidden: [], outputs: 3, dropout: 0.5).makeModel()
    #expect(model.layout.entries.map(\.name) == ["layers.0.weight", "layers.0.bias"])
    #expect("\(model)" == "multilayer perceptron 4-3, 15 parameters")
    let x = seededValues(8, seed: 1)
    let training = predictions(model, x, [2, 4], .training(RandomKey(seed: 1)))
    #expect(training == predictions(model, x, [2, 4], .inference), "outputs are never dropped")
  }

  @Test("images are flattened")
  func flattening() {
    let model = MultilayerPerceptron(inputs: 12, hidden: [5], outputs: 2).makeModel()
    let x = seededValues(24, seed: 2)
    #expect(predictions(model, x, [2, 3, 4], .inference) == predictions(model, x, [2, 12], .inference))
  }

  @Test("a training pass with dropout differs from inference, and every parameter gets a gradient")
  func training() {
    let model = MultilayerPerceptron(inputs: 6, hidden: [32, 32], outputs: 3, activation: .tanh, dropout: 0.5)
      .makeModel()
    let x = seededValues(30, seed: 3)
    #expect(
      predictions(model, x, [5, 6], .training(RandomKey(seed: 1))) != predictions(model, x, [5, 6], .inference))

    let backend = Backend(threads: 1)
    let gradients = Arena(model.layout, on: backend)
    let tape = Tape(parameters: model.makeParameters(on: backend, key: RandomKey(seed: 1)), gradients: gradients)
    let context = ForwardContext(tape: tape, mode: .training(RandomKey(seed: 1)))
    let y = model.predictions(for: Tensor(x, [5, 6], on: backend), context)
    tape.backward(from: Loss.crossEntropy.mean(of: y, against: .labels([0, 1, 2, 0, 1])))
    for (index, entry) in model.layout.entries.enumerated() {
      let nonzero = gradients.tensor(index).values.count { $0 != 0 }
      #expect(2 * nonzero > entry.shape.count, "\(entry.name)")
    }
  }

  @Test("loss and gradients are the same bits for every instruction set and number of threads")
  func sameBits() {
    let model = MultilayerPerceptron(inputs: 300, hidden: [200, 100], outputs: 10, activation: .gelu, dropout: 0.3)
      .makeModel()
    let x = seededValues(64 * 300, seed: 4)
    let labels = (0..<64).map { Int32($0 % 10) }
    let results = Processor.supportedInstructionSets.flatMap { instructionSet in
      [1, 2, 3].map { threads in
        let backend = Backend(instructionSet: instructionSet, threads: threads)
        let gradients = Arena(model.layout, on: backend)
        let tape = Tape(parameters: model.makeParameters(on: backend, key: RandomKey(seed: 1)), gradients: gradients)
        let context = ForwardContext(tape: tape, mode: .training(RandomKey(seed: 2)))
        let y = model.predictions(for: Tensor(x, [64, 300], on: backend), context)
        let loss = Loss.crossEntropy.mean(of: y, against: .labels(labels))
        tape.backward(from: loss)
        return [loss.value.scalar.bitPattern] + gradients.tensor.withValues { $0.map { $0.bitPattern } }
      }
    }
    for result in results.dropFirst() { #expect(result == results[0]) }
  }

  private func predictions(_ model: Model, _ x: [Float], _ shape: Shape, _ mode: ForwardContext.Mode) -> [Float] {
    let backend = Backend(threads: 1)
    let tape = Tape(parameters: model.makeParameters(on: backend, key: RandomKey(seed: 1)), gradients: nil)
    return model.predictions(for: Tensor(x, shape, on: backend), ForwardContext(tape: tape, mode: mode)).value.values
  }
}
