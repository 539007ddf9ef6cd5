/// The figures of one Adam or AdamW update. With g = gradientScale * gradient + l2Penalty * p:
///
///     p <- p - learningRate * decoupledWeightDecay * p
///     m <- beta1 m + (1 - beta1) g
///     v <- beta2 v + (1 - beta2) g^2
///     p <- p - (learningRate / (1 - beta1^t)) m / (sqrt(v) / sqrt(1 - beta2^t) + epsilon)
public struct AdamStep: Sendable {
  public var learningRate: Float
  public var beta1: Float
  public var beta2: Float
  public var epsilon: Float
  /// 1 - beta1^t and 1 - beta2^t, for the update number t = 1, 2, ...
  public var biasCorrection1: Float
  public var biasCorrection2: Float
  /// Factor on every gradient: the mean over lanes and the clipping, in one place.
  public var gradientScale: Float
  /// Adam's coupled form: a multiple of the parameter joins the gradient.
  public var l2Penalty: Float
  /// AdamW's form: the parameter shrinks by itself.
  public var decoupledWeightDecay: Float

  public init(
    learningRate: Float, beta1: Float, beta2: Float, epsilon: Float, biasCorrection1: Float, biasCorrection2: Float,
    gradientScale: Float, l2Penalty: Float, decoupledWeightDecay: Float
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.biasCorrection1 = biasCorrection1
    self.biasCorrection2 = biasCorrection2
    self.gradientScale = gradientScale
    self.l2Penalty = l2Penalty
    self.decoupledWeightDecay = decoupledWeightDecay
  }
}

/// With g = gradientScale * gradient + l2Penalty * p:  v <- momentum v + learningRate g;  p <- p - v.
public struct MomentumStep: Sendable {
  public var learningRate: Float
  public var momentum: Float
  public var gradientScale: Float
  public var l2Penalty: Float

  public init(learningRate: Float, momentum: Float, gradientScale: Float, l2Penalty: Float) {
    self.learningRate = learningRate
    self.momentum = momentum
    self.gradientScale = gradientScale
    self.l2Penalty = l2Penalty
  }
}

/// With g = gradientScale * gradient + l2Penalty * p:
///     s <- decay s + (1 - decay) g^2;  p <- p - learningRate g / (sqrt(s) + epsilon).
public struct RMSPropStep: Sendable {
  public var learningRate: Float
  public var decay: Float
  public var epsilon: Float
  public var gradientScale: Float
  public var l2Penalty: Float

  public init(learningRate: Float, decay: Float, epsilon: Float, gradientScale: Float, l2Penalty: Float) {
    self.learningRate = learningRate
    self.decay = decay
    self.epsilon = epsilon
    self.gradientScale = gradientScale
    self.l2Penalty = l2Penalty
  }
}
