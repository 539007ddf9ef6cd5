import KernelInterface

extension VectorKernels {
  public func adam(
    _ step: AdamStep, parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
    firstMoments: UnsafeMutablePointer<Float>, secondMoments: UnsafeMutablePointer<Float>, count: Int
  ) {
    let beta1 = Vector(repeating: step.beta1)
    let beta2 = Vector(repeating: step.beta2)
    let share1 = Vector(repeating: 1 - step.beta1)
    let share2 = Vector(repeating: 1 - step.beta2)
    let shrink = Vector(repeating: -(step.learningRate * step.decoupledWeightDecay))
    let l2Penalty = Vector(repeating: step.l2Penalty)
    let gradientScale = Vector(repeating: step.gradientScale)
    let rate = Vector(repeating: step.learningRate / step.biasCorrection1)
    let rootScale = Vector(repeating: 1 / step.biasCorrection2.squareRoot())
    let epsilon = Vector(repeating: step.epsilon)
    forEachVector(count) {
      var p = parameters.vector($0)
      let g = (gradientScale * gradients.vector($0)).adding(l2Penalty, times: p)
      p = p.adding(shrink, times: p)
      let m = (share1 * g).adding(beta1, times: firstMoments.vector($0))
      let v = (beta2 * secondMoments.vector($0)).adding(share2 * g, times: g)
      p -= rate * m / epsilon.adding(v.squareRoot(), times: rootScale)
      firstMoments.store(m, $0)
      secondMoments.store(v, $0)
      parameters.store(p, $0)
    }
  }

  public func momentum(
    _ step: MomentumStep, parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
    velocities: UnsafeMutablePointer<Float>, count: Int
  ) {
    let learningRate = Vector(repeating: step.learningRate)
    let momentum = Vector(repeating: step.momentum)
    let gradientScale = Vector(repeating: step.gradientScale)
    let l2Penalty = Vector(repeating: step.l2Penalty)
    forEachVector(count) {
      let p = parameters.vector($0)
      let g = (gradientScale * gradients.vector($0)).adding(l2Penalty, times: p)
      let v = (learningRate * g).adding(momentum, times: velocities.vector($0))
      velocities.store(v, $0)
      parameters.store(p - v, $0)
    }
  }

  public func rmsProp(
    _ step: RMSPropStep, parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
    squareAverages: UnsafeMutablePointer<Float>, count: Int
  ) {
    let learningRate = Vector(repeating: step.learningRate)
    let decay = Vector(repeating: step.decay)
    let share = Vector(repeating: 1 - step.decay)
    let epsilon = Vector(repeating: step.epsilon)
    let gradientScale = Vector(repeating: step.gradientScale)
    let l2Penalty = Vector(repeating: step.l2Penalty)
    forEachVector(count) {
      let p = parameters.vector($0)
      let g = (gradientScale * gradients.vector($0)).adding(l2Penalty, times: p)
      let s = (decay * squareAverages.vector($0)).adding(share * g, times: g)
      squareAverages.store(s, $0)
      parameters.store(p - learningRate * g / (s.squareRoot() + epsilon), $0)
    }
  }
}
