import KernelInterface

extension VectorKernels {
  public func pointwiseLoss(
    _ loss: PointwiseLoss, predictions: UnsafePointer<Float>, targets: UnsafePointer<Float>,
    into losses: UnsafeMutablePointer<Float>, count: Int
  ) {
    switch loss {
    case .squaredError:
      forEachVector(count) {
        let error = predictions.vector($0) - targets.vector($0)
        losses.store(error * error, $0)
      }
    case .absoluteError:
      forEachVector(count) { losses.store((predictions.vector($0) - targets.vector($0)).magnitude, $0) }
    case .binaryCrossEntropyWithLogits:
      forEachVector(count) {
        let (x, t) = (predictions.vector($0), targets.vector($0))
        let positive = x.replacing(with: 0, where: x .<= Vector.zero)
        losses.store(positive.adding(x.negated, times: t) + logOnePlus(expOfNonPositive(x.magnitude.negated)), $0)
      }
    }
  }

  public func pointwiseLossBackward(
    _ loss: PointwiseLoss, predictions: UnsafePointer<Float>, targets: UnsafePointer<Float>, scale: Float,
    into dx: UnsafeMutablePointer<Float>, count: Int, accumulates: Bool
  ) {
    /// dx = scale * slope, or dx = fma(scale, slope, dx).
    @inline(__always)
    func chain(_ slope: (Vector, Vector) -> Vector) {
      forEachVector(count) {
        let value = slope(predictions.vector($0), targets.vector($0))
        let start = accumulates ? dx.vector($0) : .zero
        dx.store(start.adding(Vector(repeating: scale), times: value), $0)
      }
    }
    switch loss {
    case .squaredError: chain { squaredErrorSlope($0, $1) }
    case .absoluteError: chain { sign($0 - $1) }
    case .binaryCrossEntropyWithLogits: chain { sigmoid($0) - $1 }
    }
  }
}

@inline(__always)
private func squaredErrorSlope(_ x: Vector, _ t: Vector) -> Vector { (x - t) * 2 }

/// -1, 0 or 1; NaN for NaN.
@inline(__always)
private func sign(_ x: Vector) -> Vector {
  x.replacing(with: Vector(repeating: 1).withSign(of: x), where: x.magnitude .> 0)
}
