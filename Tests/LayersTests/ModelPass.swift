import Autograd
import KernelInterface
import Layers
import ModelZoo
import TensorCore

/// One forward and backward pass, and what it gave.
struct ModelPass {
  let loss: Float
  let gradients: Arena

  /// - Parameters:
  ///   - growth: by which the parameters are multiplied, so that what begins small matters.
  ///   - change: what happens to the parameters before the pass.
  init(
    _ model: Model, _ batch: TokenBatch, growth: Float = 1, gradients wantsGradients: Bool = true,
    mode: ForwardContext.Mode = .training(RandomKey(seed: 5)), on backend: Backend = Backend(threads: 1),
    change: (Arena) -> Void = { _ in }
  ) {
    let parameters = model.makeParameters(on: backend, key: RandomKey(seed: 2))
    for (index, entry) in model.layout.entries.enumerated() where entry.shape.rank == 2 {
      parameters.move(index, by: parameters.tensor(index).values.map { (growth - 1) * $0 })
    }
    change(parameters)
    gradients = Arena(model.layout, on: backend)
    let tape = Tape(parameters: parameters, gradients: wantsGradients ? gradients : nil)
    let loss = model.meanLoss(of: batch, ForwardContext(tape: tape, mode: mode))
    if wantsGradients { tape.backward(from: loss) }
    self.loss = loss.value.scalar
  }

  /// As above, for windows of a text.
  init(
    _ model: Model, windows: [Int32], sequences: Int = 1, growth: Float = 1, gradients wantsGradients: Bool = true,
    mode: ForwardContext.Mode = .training(RandomKey(seed: 5)), on backend: Backend = Backend(threads: 1),
    change: (Arena) -> Void = { _ in }
  ) {
    self.init(
      model, TokenBatch(windows: windows, sequences: sequences), growth: growth, gradients: wantsGradients, mode: mode,
      on: backend, change: change)
  }

  /// The loss and all gradients.
  var bits: [UInt32] { [loss.bitPattern] + gradients.tensor.withValues { $0.map(\.bitPattern) } }
}

extension Arena {
  func move(_ index: Int, by distance: [Float]) {
    destination(index, accumulates: false).withMutableValues { values in
      for place in values.indices { values[place] += distance[place] }
    }
  }
}
