import Optimizers
import TensorCore

/// Parameters, gradients that differ at every step, and an optimizer: what the tests compare with another of its kind.
struct OptimizerRun {
  /// Every method, with weight decay.
  static let allOptions: [OptimizerOptions] = [
    OptimizerOptions(.sgd(momentum: 0.9), weightDecay: 0.02),
    OptimizerOptions(.rmsProp(decay: 0.95, epsilon: 1e-7), weightDecay: 0.02),
    OptimizerOptions(.adam(), weightDecay: 0.02),
    OptimizerOptions(.adamW(beta1: 0.8, beta2: 0.99, epsilon: 1e-7), weightDecay: 0.02),
  ]

  /// Long enough for three threads; lengths on and off the borders of vectors.
  let layout = ParameterLayout(of: [[37], [3, 5], [64], [1], [203, 197], [130, 63]])
  private let parameters: Arena
  private let gradients: Arena
  private let optimizer: Optimizer

  init(_ options: OptimizerOptions, on backend: Backend = Backend(), steps: Int = 0) {
    parameters = Arena(layout, on: backend)
    gradients = Arena(layout, on: backend)
    optimizer = Optimizer(options, layout: layout, on: backend)
    for index in layout.entries.indices { parameters.write(pattern(seed: 1000 + index, index), to: index) }
    for step in 0..<steps { update(step: step) }
  }

  var count: Int { layout.count }

  func update(range: Range<Int>? = nil, step: Int, gradientScale: Float = 0.5, gradientFactor: Float = 1) {
    for index in layout.entries.indices {
      gradients.write(pattern(seed: 10 * step + index, index).map { $0 * gradientFactor }, to: index)
    }
    guard let range else {
      return optimizer.update(
        parameters: parameters, gradients: gradients, gradientScale: gradientScale, learningRate: 0.01, step: step)
    }
    let update = optimizer.update(gradientScale: gradientScale, learningRate: 0.01, step: step)
    gradients.withMutableValues { values in
      guard let first = values.baseAddress else { return }
      update.apply(to: parameters, gradients: first + range.lowerBound, range: range)
    }
  }

  /// Takes over another run's parameters and state, as from a checkpoint.
  func restore(_ other: OptimizerRun) {
    for (mine, theirs) in zip(arenas, other.arenas) {
      theirs.tensor.withValues { values in mine.withMutableValues { _ = $0.update(fromContentsOf: values) } }
    }
  }

  /// The bits of the parameters, then of each arena of the state.
  var bits: [[UInt32]] { arenas.map { $0.tensor.values.map(\.bitPattern) } }

  private var arenas: [Arena] { [parameters] + optimizer.state.map(\.arena) }

  /// Values between -1 and 1 for parameter `index`.
  private func pattern(seed: Int, _ index: Int) -> [Float] {
    (0..<layout.entries[index].shape.count).map { Float(($0 * 7919 + seed * 3571) % 2003) / 1001 - 1 }
  }
}

extension ParameterLayout {
  init(of shapes: [Shape]) {
    self.init()
    for (index, shape) in shapes.enumerated() { _ = append(name: "parameter\(index)", shape: shape) }
  }
}

extension Arena {
  /// Writes the values of parameter `index`.
  func write(_ values: [Float], to index: Int = 0) {
    destination(index, accumulates: false).withMutableValues { _ = $0.update(fromContentsOf: values) }
  }
}
