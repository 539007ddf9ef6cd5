import KernelInterface
import TensorCore

/// Updates an arena of parameters from gradients, in one pass over a range of both.
///
///     let optimizer = Optimizer(OptimizerOptions(.adam()), layout: parameters.layout, on: backend)
///     let clipping = GradientClipping.scale(
///       sumOfSquares: gradients.tensor.sumOfSquares(), meanFactor: 1 / Float(lanes), maximumNorm: 1)
///     optimizer.update(
///       parameters: parameters, gradients: gradients, gradientScale: clipping.scale,
///       learningRate: schedule.learningRate(atStep: step), step: step)
///
/// Its state is in `state` and nowhere else: who restores those arenas and goes on at the same step, goes on exactly.
public final class Optimizer: Sendable {
  public let options: OptimizerOptions
  /// What a checkpoint saves, in this order, laid out as the parameters: `velocity` for gradient descent,
  /// `square_average` for RMSProp, `m` and `v` for Adam and AdamW. Zero at the start of training.
  public let state: [(name: String, arena: Arena)]
  private let runs: DecayRuns

  public convenience init(_ options: OptimizerOptions, layout: ParameterLayout, on backend: Backend) {
    self.init(options, state: options.method.stateNames.map { _ in Arena(layout, on: backend) })
  }

  /// - Parameter state: an arena for each of the method's `stateNames`, zero where it will be updated.
  public init(_ options: OptimizerOptions, state: [Arena]) {
    let names = options.method.stateNames
    precondition(state.count == names.count, "\(state.count) arenas for the state \(names)")
    self.options = options
    self.state = Array(zip(names, state))
    runs = DecayRuns(options.decayed, in: state[0].layout)
  }

  /// One update of all trained parameters, over the threads of the backend.
  ///
  /// - Parameters:
  ///   - gradientScale: factor on every gradient: the mean over lanes and the clipping, see `GradientClipping`.
  ///   - step: the number of updates made before this one.
  public func update(parameters: Arena, gradients: Arena, gradientScale: Float, learningRate: Float, step: Int) {
    precondition(gradients.layout == parameters.layout, "gradients laid out differently than the parameters")
    let update = update(gradientScale: gradientScale, learningRate: learningRate, step: step)
    gradients.forEachPart { range, values in update.apply(to: parameters, gradients: values, range: range) }
  }

  /// The update of one step as a value, to be applied range by range.
  public func update(gradientScale: Float, learningRate: Float, step: Int) -> OptimizerUpdate {
    precondition(step >= 0, "steps count from 0; this is step \(step)")
    return OptimizerUpdate(
      decaying: figures(gradientScale, learningRate, step, weightDecay: options.weightDecay),
      plain: figures(gradientScale, learningRate, step, weightDecay: 0), runs: runs, state: state.map(\.arena))
  }

  private func figures(
    _ gradientScale: Float, _ learningRate: Float, _ step: Int, weightDecay: Float
  ) -> OptimizerUpdate.Figures {
    switch options.method {
    case .sgd(let momentum):
      return .momentum(
        MomentumStep(
          learningRate: learningRate, momentum: momentum, gradientScale: gradientScale, l2Penalty: weightDecay))
    case .rmsProp(let decay, let epsilon):
      return .rmsProp(
        RMSPropStep(
          learningRate: learningRate, decay: decay, epsilon: epsilon, gradientScale: gradientScale,
          l2Penalty: weightDecay))
    case .adam(let beta1, let beta2, let epsilon), .adamW(let beta1, let beta2, let epsilon):
      return .adam(
        AdamStep(
          learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
          biasCorrection1: Self.biasCorrection(beta1, step: step),
          biasCorrection2: Self.biasCorrection(beta2, step: step),
          gradientScale: gradientScale, l2Penalty: options.method.decouplesWeightDecay ? 0 : weightDecay,
          decoupledWeightDecay: options.method.decouplesWeightDecay ? weightDecay : 0))
    }
  }

  /// 1 - beta^(step + 1) of beta as the kernel has it, in Float32: 1 - 0.999 is off by 1e-5 there, and only the same error
  /// in the correction cancels it.
  private static func biasCorrection(_ beta: Float, step: Int) -> Float {
    Float(1 - power(Double(beta), step + 1))
  }
}

/// One step of an optimizer.
public struct OptimizerUpdate {
  enum Figures {
    case momentum(MomentumStep)
    case rmsProp(RMSPropStep)
    case adam(AdamStep)
  }

  /// For what is decayed, and for what is not.
  let decaying, plain: Figures
  let runs: DecayRuns
  let state: [Arena]

  /// Updates the trained parameters in `range` of the arena, on the calling thread. They come out the same bits however the
  /// arena is cut into ranges.
  ///
  /// - Parameter gradients: of the range, summed over lanes.
  public func apply(to parameters: Arena, gradients: UnsafePointer<Float>, range: Range<Int>) {
    let range = range.clamped(to: parameters.layout.trainedRange)
    guard !range.isEmpty else { return }
    runs.forEach(in: range) { part, isDecayed in
      apply(
        isDecayed ? decaying : plain, to: parameters, gradients: gradients + part.lowerBound - range.lowerBound,
        range: part)
    }
  }

  private func apply(
    _ figures: Figures, to parameters: Arena, gradients: UnsafePointer<Float>, range: Range<Int>
  ) {
    switch figures {
    case .momentum(let step): parameters.update(step, gradients: gradients, velocities: state[0], range: range)
    case .rmsProp(let step): parameters.update(step, gradients: gradients, squareAverages: state[0], range: range)
    case .adam(let step):
      parameters.update(step, gradients: gradients, firstMoments: state[0], secondMoments: state[1], range: range)
    }
  }
}

extension OptimizerOptions.Method {
  /// What the arenas of the state are called.
  public var stateNames: [String] {
    switch self {
    case .sgd: ["velocity"]
    case .rmsProp: ["square_average"]
    case .adam, .adamW: ["m", "v"]
    }
  }

  fileprivate var decouplesWeightDecay: Bool {
    if case .adamW = self { true } else { false }
  }
}
