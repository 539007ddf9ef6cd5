import KernelInterface

extension ReferenceKernels {
  public func adam(
    _ step: AdamStep, parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
    firstMoments: UnsafeMutablePointer<Float>, secondMoments: UnsafeMutablePointer<Float>, count: Int
  ) {
    let rate = step.learningRate / step.biasCorrection1
    let rootScale = 1 / step.biasCorrection2.squareRoot()
    for i in 0..<count {
      let old = parameters[i]
      let g = (step.gradientScale * gradients[i]).addingProduct(step.l2Penalty, old)
      let p = old.addingProduct(-(step.learningRate * step.decoupledWeightDecay), old)
      let m = ((1 - step.beta1) * g).addingProduct(step.beta1, firstMoments[i])
      let v = (step.beta2 * secondMoments[i]).addingProduct((1 - step.beta2) * g, g)
      firstMoments[i] = m
      secondMoments[i] = v
      parameters[i] = p - rate * m / step.epsilon.addingProduct(v.squareRoot(), rootScale)
    }
  }

  public func momentum(
    _ step: MomentumStep, parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
    velocities: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count {
      let g = (step.gradientScale * gradients[i]).addingProduct(step.l2Penalty, parameters[i])
      velocities[i] = (step.learningRate * g).addingProduct(step.momentum, velocities[i])
      parameters[i] -= velocities[i]
    }
  }

  public func rmsProp(
    _ step: RMSPropStep, parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
    squareAverages: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count {
      let g = (step.gradientScale * gradients[i]).addingProduct(step.l2Penalty, parameters[i])
      let s = (step.decay * squareAverages[i]).addingProduct((1 - step.decay) * g, g)
      squareAverages[i] = s
      parameters[i] -= step.learningRate * g / (s.squareRoot() + step.epsilon)
    }
  }
}
