/// Which optimizer, and its hyper-parameters. The learning rate is not among them: it comes with every update, from a
/// `LearningRateSchedule`.
public struct OptimizerOptions: Sendable, Equatable {
  /// The update formulas stand with `MomentumStep`, `RMSPropStep` and `AdamStep`. Momentum, decay and the betas lie in
  /// `0 ..< 1`; an epsilon is above zero.
  public enum Method: Sendable, Equatable {
    /// Gradient descent; with a momentum of 0, the plain one.
    case sgd(momentum: Float = 0)
    /// Hinton's lecture 6e (2012): each value's step is divided by the root of its running mean square gradient.
    case rmsProp(decay: Float = 0.99, epsilon: Float = 1e-8)
    /// Kingma and Ba (2015), algorithm 1.
    case adam(beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8)
    /// Loshchilov and Hutter (2019), algorithm 2: Adam with the weight decay outside the adaptive step.
    case adamW(beta1: Float = 0.9, beta2: Float = 0.999, epsilon: Float = 1e-8)
  }

  public let method: Method
  /// Zero or above. AdamW shrinks each parameter by learning rate x weight decay at every step (decoupled); the other
  /// methods add weight decay x parameter to the gradient (an L2 penalty).
  public let weightDecay: Float
  /// What the weight decay is for.
  public let decayed: DecayedParameters

  public init(_ method: Method, weightDecay: Float = 0, decayed: DecayedParameters = .all) {
    precondition(weightDecay >= 0 && weightDecay.isFinite, "a weight decay is zero or above, not \(weightDecay)")
    switch method {
    case .sgd(let momentum):
      precondition((0..<1).contains(momentum), "momentum lies in 0 ..< 1, not \(momentum)")
    case .rmsProp(let decay, let epsilon):
      precondition((0..<1).contains(decay), "decay lies in 0 ..< 1, not \(decay)")
      // A parameter without gradients, and the padding between parameters, would be 0 / 0.
      precondition(epsilon > 0, "epsilon is above zero, not \(epsilon)")
    case .adam(let beta1, let beta2, let epsilon), .adamW(let beta1, let beta2, let epsilon):
      precondition((0..<1).contains(beta1) && (0..<1).contains(beta2), "betas lie in 0 ..< 1, not \(beta1), \(beta2)")
      precondition(epsilon > 0, "epsilon is above zero, not \(epsilon)")
    }
    self.method = method
    self.weightDecay = weightDecay
    self.decayed = decayed
  }
}
