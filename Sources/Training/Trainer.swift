import Autograd
import Collectives
import Datasets
import KernelInterface
import Layers
import Optimizers
import Supervision
import TensorCore

/// The training step: the one place where lanes, the backward pass, the reduction and the optimizer meet.
struct Trainer {
  let model: TrainingModel
  let data: DataPart
  let plan: ShardPlan
  let schedule: LearningRateSchedule
  let maximumNorm: Float?
  let onNonFinite: TrainingConfiguration.NonFinite
  let reduction: any Reduction
  let group: any ProcessGroup
  let pulse: RunPulse
  /// The stream that dropout draws from.
  let randomness: RandomKey
  /// The stream that decides what is hidden of a sample that is to be completed.
  let hiding: RandomKey

  /// What one step tells.
  struct StepOutcome {
    /// The mean loss over the batch, the same bits on every rank.
    var loss: Double
    var learningRate: Float
    /// Of the mean gradient, before clipping; `nil` where nobody asked and nothing is clipped.
    var gradientNorm: Double?
    /// What the ranks told each other.
    var signals: StepSignals
    /// Whether the update was left out because a value was not finite.
    var isSkipped = false
    var times: StepTimes
  }

  /// Step `step`: take the lanes, forward, backward, reduce, clip, update.
  ///
  /// - Parameter signals: what this rank has to tell the others, asked for when it does.
  /// - Throws: `TrainingError.lossNotFinite` or `gradientNotFinite`, on every rank alike, unless such steps are skipped.
  func run(step: Int, wantsNorm: Bool, signals: () -> StepSignals = { StepSignals() }) throws -> StepOutcome {
    var times = StepTimes()
    pulse.enter(.computing)
    let laneLosses = times.measure(\.compute) {
      reduction.accumulate { lane, target in backward(step: step, lane: lane, target) }
    }
    pulse.enter(.exchanging)
    let (losses, allSignals) = try times.measure(\.wait) {
      try reduction.settle()
      return try exchange(laneLosses, signals())
    }
    let loss = losses.reduce(0, +) / Double(plan.lanes)
    let request = UpdateRequest(
      step: step, learningRate: schedule.learningRate(atStep: step), maximumNorm: maximumNorm, wantsNorm: wantsNorm,
      leavesOutNonFinite: onNonFinite == .skip)
    var outcome = StepOutcome(
      loss: loss, learningRate: request.learningRate, signals: allSignals, times: times)
    guard loss.isFinite else {
      let lane = losses.firstIndex { !$0.isFinite } ?? 0
      if onNonFinite == .stop { throw TrainingError.lossNotFinite(step: step + 1, loss: loss, lane: lane) }
      outcome.isSkipped = true
      return outcome
    }
    switch try reduction.update(request, &outcome.times) {
    case .updated(let norm): outcome.gradientNorm = norm
    case .notFinite(let defect):
      if onNonFinite == .stop { throw TrainingError.gradientNotFinite(step: step + 1, defect.parameter, defect.place) }
      outcome.isSkipped = true
    }
    return outcome
  }

  /// The gradient of one lane's mean loss; returns the loss.
  private func backward(step: Int, lane: Int, _ target: GradientLanes.Target) -> Float {
    let parameters = reduction.parameters
    let batch = data.batch(
      plan.samples(step: step, lane: lane).map { data.samples[$0] }, on: parameters.backend,
      key: hiding.derived(UInt64(step)))
    let key = randomness.derived(UInt64(step)).derived(UInt64(lane))
    let tape = Tape(
      parameters: parameters, gradients: target.arena, addingToSum: target.addsToSum,
      packedWeights: target.packedWeights)
    let context = ForwardContext(tape: tape, mode: .training(key))
    let loss = model.meanLoss(of: batch, context)
    tape.backward(from: loss, whenComplete: target.whenComplete ?? { _ in })
    return loss.value.scalar
  }

  /// Every rank gets every lane's loss (adding the others' zeros changes nothing), to be added in lane order.
  private func exchange(
    _ laneLosses: [Double], _ signals: StepSignals
  ) throws -> (losses: [Double], signals: StepSignals) {
    var figures = laneLosses + signals.figures
    try group.allReduceSum(&figures)
    return (Array(figures.prefix(plan.lanes)), StepSignals(figures: figures.suffix(StepSignals.count)))
  }
}
