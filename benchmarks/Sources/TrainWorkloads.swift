import Autograd
import KernelInterface
import Layers
import ModelZoo
import Optimizers
import TensorCore

/// Whole training steps on one batch: forward, loss, backward, optimizer; and one block of a language model, forward and
/// backward.
public enum TrainWorkloads {
  public static func all(on backend: Backend) -> [Workload] {
    classifiers.map { $0.workload(on: backend) } + [TransformerPass(batch: 4, time: 64).workload(on: backend)]
  }

  // The gradient of the images is not wanted, so the first layer has two products, the others three.
  private static let classifiers = [
    Classifier(
      name: "mlp", model: MultilayerPerceptron(inputs: 784, hidden: [512, 256], outputs: 10).makeModel(),
      input: [64, 784], multiplyAdds: 2 * 784 * 512 + 3 * (512 * 256 + 256 * 10)),
    Classifier(
      name: "lenet5", model: LeNet5(height: 28, width: 28, outputs: 10).makeModel(), input: [64, 1, 28, 28],
      multiplyAdds: 2 * 117_600 + 3 * (240_000 + 400 * 120 + 120 * 84 + 84 * 10)),
    Classifier(
      name: "lstm", model: LSTMClassifier(inputs: 28, hidden: 128, outputs: 10).makeModel(), input: [64, 28, 28],
      multiplyAdds: 28 * (2 * 28 * 512 + 3 * 128 * 512) + 3 * 128 * 10),
    Classifier(
      name: "resnet20", model: ResNet(outputs: 10).makeModel(), input: [64, 3, 32, 32],
      multiplyAdds: 2 * 442_368 + 3 * 40_370_816),
  ]
}

/// A network that tells ten classes apart, trained by Adam.
private struct Classifier {
  let name: String
  let model: Model
  /// [batch, ...] of the images.
  let input: Shape
  /// Multiply-adds of the matrix products and convolutions that a step takes for one sample.
  let multiplyAdds: Int

  private static let classes = 10

  func workload(on backend: Backend) -> Workload {
    let batch = input[0]
    let images = Tensor(input, on: backend) { $0.writeUniform(low: 0, high: 1, key: RandomKey(seed: 1)) }
    let labels = (0..<batch).map { Int32($0 % Self.classes) }
    let parameters = model.makeParameters(on: backend, key: RandomKey(seed: 2))
    let gradients = Arena(model.layout, on: backend)
    let optimizer = Optimizer(OptimizerOptions(.adam()), layout: model.layout, on: backend)
    var step = 0
    return Workload(
      family: "train", name: "\(name), batch \(batch)", parameters: ["model": .word(name), "batch": .number(batch)],
      work: .operations(2 * Double(multiplyAdds) * Double(batch))
    ) {
      let tape = Tape(parameters: parameters, gradients: gradients)
      let context = ForwardContext(tape: tape, mode: .training(RandomKey(seed: UInt64(step))))
      let predictions = model.predictions(for: images, context)
      tape.backward(from: Loss.crossEntropy.mean(of: predictions, against: .labels(labels)))
      optimizer.update(
        parameters: parameters, gradients: gradients, gradientScale: 1, learningRate: 1e-3, step: step)
      step += 1
    }
  }
}

/// A block of GPT-2 (124M) in the middle of a network: from the gradient of its output to those of its input and its
/// parameters.
private struct TransformerPass {
  let batch: Int
  let time: Int
  private let width = 768

  func workload(on backend: Backend) -> Workload {
    var builder = ParameterBuilder()
    let block = TransformerBlock(
      attention: SelfAttention.Design(width: width, heads: 12, isCausal: true), norm: .layer(epsilon: 1e-5),
      in: &builder
    ) { PlainFeedForward(width: width, hidden: 4 * width, activation: .geluTanh, in: &$0) }
    let input = builder.parameter("input", [batch, time, width], .uniform(bound: 1))
    let pass = GradientPass(parameters: builder.makeParameters(on: backend, key: RandomKey(seed: 3))) { tape in
      block.forward(tape.parameter(input), ForwardContext(tape: tape, mode: .training(RandomKey(seed: 4))))
    }
    // Twelve products of width by width for each token; two of the lower triangle of the scores.
    let tokens = Double(batch * time)
    let forward = tokens * Double(12 * width * width + time * width)
    return Workload(
      family: "train", name: "gpt2-block, batch \(batch), time \(time)",
      parameters: ["model": .word("gpt2-block"), "batch": .number(batch), "time": .number(time)],
      work: .operations(2 * 3 * forward), run: pass.forwardAndBackward)
  }
}
