import Autograd
import Collectives
import Datasets
import KernelInterface
import Layers
import Optimizers
import TensorCore

/// The training step: the one place where lanes, the backward pass, the reduction and the optimizer meet.
struct Trainer {
  let model: TrainingModel
  let data: DataPart
  let plan: ShardPlan
  let parameters: Arena
  let optimizer: Optimizer
  let schedule: LearningRateSchedule
  let maximumNorm: Float?
  let lanes: GradientLanes
  let group: any ProcessGroup
  /// The stream that dropout draws from.
  let randomness: RandomKey

  /// What one step tells.
  struct StepOutcome {
    /// The mean loss over the batch, the same bits on every rank.
    var loss: Double
    var learningRate: Float
    /// Of the mean gradient, before clipping; `nil` where nobody asked and nothing is clipped.
    var gradientNorm: Double?
    /// Whether any rank was asked to end.
    var isInterrupted: Bool
  }

  /// Step `step`: take the lanes, forward, backward, reduce, clip, update.
  ///
  /// - Throws: `TrainingError.lossNotFinite` or, where the norm is known, `gradientNotFinite`: on every rank alike, before
  ///   anything is updated.
  func run(step: Int, wantsNorm: Bool, isInterrupted: Bool) throws -> StepOutcome {
    let laneLosses = lanes.accumulate { lane, gradients in backward(step: step, lane: lane, into: gradients) }
    let (loss, anyInterrupted) = try exchange(laneLosses, isInterrupted)
    guard loss.isFinite else { throw TrainingError.lossNotFinite(step: step + 1, loss: loss) }
    try lanes.sum.withMutableValues { try group.allReduceSum($0) }

    let meanFactor = 1 / Float(plan.lanes)
    let needsNorm = wantsNorm || maximumNorm != nil
    let clipping = GradientClipping.scale(
      sumOfSquares: needsNorm ? lanes.sum.trained.sumOfSquares() : 0, meanFactor: meanFactor, maximumNorm: maximumNorm)
    guard clipping.norm.isFinite else { throw TrainingError.gradientNotFinite(step: step + 1) }
    let learningRate = schedule.learningRate(atStep: step)
    optimizer.update(
      parameters: parameters, gradients: lanes.sum, gradientScale: clipping.scale, learningRate: learningRate,
      step: step)
    parameters.updateStatistics(from: lanes.sum, meanFactor: meanFactor)
    return StepOutcome(
      loss: loss, learningRate: learningRate, gradientNorm: needsNorm ? clipping.norm : nil,
      isInterrupted: anyInterrupted)
  }

  /// The gradient of one lane's mean loss; returns the loss.
  private func backward(step: Int, lane: Int, into gradients: Arena) -> Float {
    let batch = data.batch(
      plan.samples(step: step, lane: lane).map { data.samples[$0] }, on: parameters.backend)
    let key = randomness.derived(UInt64(step)).derived(UInt64(lane))
    let tape = Tape(parameters: parameters, gradients: gradients)
    let context = ForwardContext(tape: tape, mode: .training(key))
    let loss = model.meanLoss(of: batch, context)
    tape.backward(from: loss)
    return loss.value.scalar
  }

  /// Every rank gets every lane's loss (adding the others' zeros changes nothing) and adds them in lane order.
  private func exchange(_ laneLosses: [Double], _ isInterrupted: Bool) throws -> (loss: Double, isInterrupted: Bool) {
    var figures = laneLosses + [isInterrupted ? 1 : 0]
    try group.allReduceSum(&figures)
    return (figures.dropLast().reduce(0, +) / Double(plan.lanes), figures[plan.lanes] > 0)
  }
}
