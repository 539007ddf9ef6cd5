import KernelInterface
import TensorCore

/// Updates an arena of parameters from an arena of gradients, in one pass over a range of both.
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

  public init(_ options: OptimizerOptions, layout: ParameterLayout, on backend: Backend) {
    self.options = options
    state = options.method.stateNames.map { ($0, Arena(layout, on: backend)) }
  }

  /// One update of all trained parameters.
  ///
  /// - Parameters:
  ///   - gradientScale: factor on every gradient: the mean over lanes and the clipping, see `GradientClipping`.
  ///   - step: the number of updates made before this one.
  public func update(parameters: Arena, gradients: Arena, gradientScale: Float, learningRate: Float, step: Int) {
    update(
      range: parameters.layout.trainedRange, parameters: parameters, gradients: gradients, gradientScale: gradientScale,
      learningRate: learningRate, step: step)
  }

  /// One update of the parameters in `range` of the arena, which come out the same bits as from an update of all.
  public func update(
    range: Range<Int>, parameters: Arena, gradients: Arena, gradientScale: Float, learningRate: Float, step: Int
  ) {
    precondition(step >= 0, "steps count from 0; this is step \(step)")
    let weightDecay = options.weightDecay
    switch options.method {
    case .sgd(let momentum):
      let figures = MomentumStep(
        learningRate: learningRate, momentum: momentum, gradientScale: gradientScale, l2Penalty: weightDecay)
      parameters.update(figures, gradients: gradients, velocities: state[0].arena, range: range)
    case .rmsProp(let decay, let epsilon):
      let figures = RMSPropStep(
        learningRate: learningRate, decay: decay, epsilon: epsilon, gradientScale: gradientScale,
        l2Penalty: weightDecay)
      parameters.update(figures, gradients: gradients, squareAverages: state[0].arena, range: range)
    case .adam(let beta1, let beta2, let epsilon), .adamW(let beta1, let beta2, let epsilon):
      let figures = AdamStep(
        learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon,
        biasCorrection1: Self.biasCorrection(beta1, step: step),
        biasCorrection2: Self.biasCorrection(beta2, step: step),
        gradientScale: gradientScale, l2Penalty: options.method.decouplesWeightDecay ? 0 : weightDecay,
        decoupledWeightDecay: options.method.decouplesWeightDecay ? weightDecay : 0)
      parameters.update(
        figures, gradients: gradients, firstMoments: state[0].arena, secondMoments: state[1].arena, range: range)
    }
  }

  /// 1 - beta^(step + 1) of beta as the kernel has it, in Float32: 1 - 0.999 is off by 1e-5 there, and only the same error
  /// in the correction cancels it.
  private static func biasCorrection(_ beta: Float, step: Int) -> Float {
    Float(1 - power(Double(beta), step + 1))
  }
}

extension OptimizerOptions.Method {
  fileprivate var stateNames: [String] {
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
