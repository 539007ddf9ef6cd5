/// The optimizers' steps: one pass over a range of the arenas. The rules of `Kernels` hold.
public protocol OptimizerKernels: Sendable {
  /// Adam (Kingma and Ba 2015) and AdamW (Loshchilov and Hutter 2019), see `AdamStep`.
  func adam(
    _ step: AdamStep, parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
    firstMoments: UnsafeMutablePointer<Float>, secondMoments: UnsafeMutablePointer<Float>, count: Int)
  /// Gradient descent with momentum, see `MomentumStep`.
  func momentum(
    _ step: MomentumStep, parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
    velocities: UnsafeMutablePointer<Float>, count: Int)
  /// RMSProp (Hinton 2012), see `RMSPropStep`.
  func rmsProp(
    _ step: RMSPropStep, parameters: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>,
    squareAverages: UnsafeMutablePointer<Float>, count: Int)
}
