import Autograd
import KernelInterface
import Layers
import ModelZoo
import Optimizers
import TensorCore

/// Whole training steps on one batch: forward, loss, backward, optimizer.
public enum TrainWorkloads {
  public static func all(on backend: Backend) -> [Workload] {
    [
      // The gradient of the images is not wanted, so the first layer has two products, the others three.
      Classifier(
        name: "mlp", model: MultilayerPerceptron(inputs: 784, hidden: [512, 256], outputs: 10).makeModel(),
        input: [64, 784], multiplyAdds: 2 * 784 * 512 + 3 * (512 * 256 + 256 * 10))
    ].map { $0.workload(on: backend) }
  }
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
