import Autograd
import Collectives
import KernelInterface
import Layers
import ModelZoo
import Optimizers
import TensorCore

/// Training steps on one batch of random tokens. Steps of any number of lanes go on from the same parameters.
final class LanguageTraining {
  private let name: String
  private let model: GPT2
  private let batch: Int
  private let time: Int
  private let mostLanes: Int
  private let backend: Backend
  private lazy var state = State(
    model, depth: LaneTree(lanes: mostLanes).partialSums(of: 0..<mostLanes).buffersNeeded, on: backend)

  private struct State {
    let model: Model
    let parameters: Arena
    let gradients: [Arena]
    let optimizer: Optimizer
    var step = 0

    init(_ sizes: GPT2, depth: Int, on backend: Backend) {
      model = sizes.makeModel()
      let layout = model.layout
      parameters = model.makeParameters(on: backend, key: RandomKey(seed: 2))
      gradients = (0..<depth).map { _ in Arena(layout, on: backend) }
      optimizer = Optimizer(OptimizerOptions(.adam()), layout: layout, on: backend)
    }
  }

  init(
    _ name: String, _ model: GPT2, batch: Int, time: Int, mostLanes: Int = 4, on backend: Backend
  ) {
    self.name = name
    self.mostLanes = mostLanes
    self.model = model
    self.batch = batch
    self.time = time
    self.backend = backend
  }

  func workload(family: String, lanes: Int) -> Workload {
    // Each token: twelve products of width by width a block and the output layer; two of the lower triangle of the scores.
    let (width, layers) = (model.width, model.layers)
    let forward = batch * time * (layers * (12 * width * width + time * width) + width * model.vocabulary)
    return Workload(
      family: family, name: "\(name), batch \(batch), time \(time), lanes \(lanes)",
      parameters: [
        "model": .word(name), "batch": .number(batch), "time": .number(time), "lanes": .number(lanes),
      ],
      work: .operations(2 * 3 * Double(forward))
    ) { self.step(lanes: lanes) }
  }

  private func step(lanes: Int) {
    var sums = LaneTree(lanes: lanes).partialSums(of: 0..<lanes)
    let packedWeights = lanes > 1 ? PackedWeights() : nil
    for lane in 0..<lanes {
      let (buffer, adds) = sums.destination(of: lane)
      let tape = Tape(
        parameters: state.parameters, gradients: state.gradients[buffer], addingToSum: adds,
        packedWeights: packedWeights)
      let context = ForwardContext(tape: tape, mode: .training(RandomKey(seed: UInt64(state.step))))
      tape.backward(from: state.model.meanLoss(of: tokens(ofLane: lane, of: lanes), context))
      for join in sums.push(lane) { state.gradients[join.target].add(state.gradients[join.source]) }
    }
    state.optimizer.update(
      parameters: state.parameters, gradients: state.gradients[0], gradientScale: 1 / Float(lanes),
      learningRate: 1e-5, step: state.step)
    state.step += 1
  }

  /// A lane's share of the batch, which is the same however it is cut.
  private func tokens(ofLane lane: Int, of lanes: Int) -> TokenBatch {
    let (sequences, key) = (batch / lanes, RandomKey(seed: 5))
    let count = sequences * (time + 1)
    let windows = (lane * count..<(lane + 1) * count).map { Int32(key.bits(at: $0) % UInt32(model.vocabulary)) }
    return TokenBatch(windows: windows, sequences: sequences)
  }
}
