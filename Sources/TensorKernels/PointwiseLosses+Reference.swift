import Glibc
import KernelInterface

extension ReferenceKernels {
  public func pointwiseLoss(
    _ loss: PointwiseLoss, predictions: UnsafePointer<Float>, targets: UnsafePointer<Float>,
    into losses: UnsafeMutablePointer<Float>, count: Int
  ) {
    for i in 0..<count {
      let error = predictions[i] - targets[i]
      switch loss {
      case .squaredError: losses[i] = error * error
      case .absoluteError: losses[i] = error.magnitude
      case .binaryCrossEntropyWithLogits:
        let (x, t) = (Double(predictions[i]), Double(targets[i]))
        losses[i] = Float((x <= 0 ? 0 : x) - x * t + log1p(exp(-x.magnitude)))
      }
    }
  }

  public func pointwiseLossBackward(
    _ loss: PointwiseLoss, predictions: UnsafePointer<Float>, targets: UnsafePointer<Float>, scale: Float,
    into dx: UnsafeMutablePointer<Float>, count: Int, accumulates: Bool
  ) {
    for i in 0..<count {
      let error = predictions[i] - targets[i]
      let slope: Double
      switch loss {
      case .squaredError: slope = Double(error * 2)
      case .absoluteError: slope = error.isNaN ? .nan : error > 0 ? 1 : error < 0 ? -1 : 0
      case .binaryCrossEntropyWithLogits: slope = logistic(Double(predictions[i])) - Double(targets[i])
      }
      dx[i] = Float((accumulates ? Double(dx[i]) : 0) + Double(scale) * slope)
    }
  }
}
