import Autograd
import TensorCore
import TestSupport
import Testing

@Suite("Gradients of losses")
struct LossGradientTests {
  private let backend = Backend(threads: 1)

  @Test("the mean squared error", arguments: columnCounts)
  func meanSquaredError(columns: Int) {
    let targets = Reference.random([3, columns], seed: 30)
    let tensor = targets.tensor(on: backend)
    expectGradients(
      "mean squared error", at: [.random([3, columns], seed: 31)],
      of: { $0[0].meanSquaredError(targets: tensor) }, matching: { $0[0].meanSquaredError(targets) })
  }

  @Test("the mean absolute error, away from equality", arguments: columnCounts)
  func meanAbsoluteError(columns: Int) {
    let targets = Reference.random([3, columns], seed: 32)
    let tensor = targets.tensor(on: backend)
    var predictions = targets
    for index in predictions.values.indices { predictions.values[index] += index % 2 == 0 ? 0.125 : -0.5 }
    expectGradients(
      "mean absolute error", at: [predictions],
      of: { $0[0].meanAbsoluteError(targets: tensor) }, matching: { $0[0].meanAbsoluteError(targets) })
  }

  @Test("the binary cross-entropy of logits", arguments: columnCounts)
  func binaryCrossEntropy(columns: Int) {
    var targets = Reference.random([3, columns], seed: 33, low: 0, high: 1)
    targets.values[0] = 1
    targets.values[2] = 0
    let tensor = targets.tensor(on: backend)
    expectGradients(
      "binary cross-entropy", at: [.random([3, columns], seed: 34, low: -6, high: 6)],
      of: { $0[0].binaryCrossEntropyWithLogits(targets: tensor) },
      matching: { [targets] in $0[0].binaryCrossEntropyWithLogits(targets) })
  }

  @Test("the cross-entropy of logits and labels", arguments: columnCounts.dropFirst())
  func crossEntropy(classes: Int) {
    let labels: [Int32] = [0, Int32(classes - 1), Int32(classes / 2), 0, 3]
    expectGradients(
      "cross-entropy", at: [.random([labels.count, classes], seed: 35, low: -3, high: 3)],
      of: { $0[0].crossEntropy(labels: labels) }, matching: { $0[0].crossEntropy(labels: labels) })
  }

  @Test("the cross-entropy of one class is 0 and so is its gradient")
  func oneClass() {
    var layout = ParameterLayout()
    let logits = layout.append(name: "logits", shape: [2, 1])
    let (parameters, gradients) = (Arena(layout, on: backend), Arena(layout, on: backend))
    parameters.write([5, -7], to: logits)
    let tape = Tape(parameters: parameters, gradients: gradients)
    let loss = tape.parameter(logits).crossEntropy(labels: [0, 0])
    tape.backward(from: loss)
    #expect(loss.value.scalar == 0)
    #expect(gradients.tensor(logits).values == [0, 0])
  }

  @Test("losses of huge logits are finite")
  func hugeLogits() {
    let tape = Tape(parameters: Arena(ParameterLayout(), on: backend), gradients: nil)
    let logits = tape.constant(Tensor([1e4, -1e4, -1e4, 1e4], [2, 2], on: backend))
    #expect(logits.crossEntropy(labels: [1, 1]).value.scalar == 1e4)
    let targets = Tensor([0, 0, 1, 1], [2, 2], on: backend)
    #expect(logits.binaryCrossEntropyWithLogits(targets: targets).value.scalar == 5e3)
  }
}
