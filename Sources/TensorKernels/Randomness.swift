import KernelInterface

extension VectorKernels {
  public func fillUniform(
    _ y: UnsafeMutablePointer<Float>, count: Int, key: RandomKey, first: Int, low: Float, high: Float
  ) {
    let width = Vector(repeating: high - low)
    forEachRandomVector(key: key, first: first, count: count) { bits, offset, inside in
      let values = Vector(repeating: low).adding(width, times: unitInterval(bits))
      if inside.count == Vector.scalarCount {
        y.store(values, (offset, Vector.scalarCount))
      } else {
        for lane in inside { y[offset + lane] = values[lane] }
      }
    }
  }

  public func dropout(
    _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, count: Int, key: RandomKey, first: Int,
    rate: Float, accumulates: Bool
  ) {
    let kept = 1 - rate
    forEachRandomVector(key: key, first: first, count: count) { bits, offset, inside in
      let uniform = unitInterval(bits)
      if inside.count == Vector.scalarCount {
        let lanes: Lanes = (offset, Vector.scalarCount)
        let scaled = (x.vector(lanes) / kept).replacing(with: 0, where: uniform .< rate)
        y.store(accumulates ? y.vector(lanes) + scaled : scaled, lanes)
      } else {
        for lane in inside {
          let scaled = uniform[lane] < rate ? 0 : x[offset + lane] / kept
          y[offset + lane] = accumulates ? y[offset + lane] + scaled : scaled
        }
      }
    }
  }
}
