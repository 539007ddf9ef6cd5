import Autograd
import TensorCore

/// Batch normalisation (Ioffe and Szegedy 2015) of [batch, channels, ...]: in training by the mean and variance of the
/// lane's batch, in inference by their running means.
///
/// Parameters: `weight` and `bias` [channels]. Running statistics: `running_mean` and `running_var` [channels]; the
/// variance that runs is divided by count - 1, so that it is not biased.
public struct BatchNorm: Layer {
  private let scale: Int
  private let shift: Int
  private let mean: Int
  private let variance: Int
  private let epsilon: Float

  /// - Parameter momentum: the share of the newest batch in the running statistics.
  public init(channels: Int, epsilon: Float = 1e-5, momentum: Float = 0.1, in builder: inout ParameterBuilder) {
    precondition(channels > 0, "batch normalisation of \(channels) channels")
    scale = builder.parameter("weight", [channels], .ones)
    shift = builder.parameter("bias", [channels], .zeros)
    mean = builder.statistic("running_mean", [channels], momentum: momentum, .zeros)
    variance = builder.statistic("running_var", [channels], momentum: momentum, .ones)
    self.epsilon = epsilon
  }

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable {
    let tape = context.tape
    let (scale, shift) = (tape.parameter(scale), tape.parameter(shift))
    switch context.mode {
    case .training:
      let (y, statistics) = x.batchNorm(scale: scale, shift: shift, epsilon: epsilon)
      let unbiased = Float(statistics.count) / Float(max(1, statistics.count - 1))
      tape.observe(statistics.mean, ofStatistic: mean)
      tape.observe(unbiased * statistics.variance, ofStatistic: variance)
      return y
    case .inference:
      return x.batchNorm(
        mean: tape.parameters.tensor(mean), variance: tape.parameters.tensor(variance), scale: scale, shift: shift,
        epsilon: epsilon)
    }
  }
}
