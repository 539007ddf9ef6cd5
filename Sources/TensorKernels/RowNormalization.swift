import KernelInterface

extension VectorKernels {
  public func normalizeRows(
    _ normalization: RowNormalization, _ x: UnsafePointer<Float>, shift: UnsafePointer<Float>?, epsilon: Float,
    into y: UnsafeMutablePointer<Float>
  ) {
    let width = normalization.width
    for r in 0..<normalization.rows {
      normalizeRow(normalization, r, x + r * width, shift: shift, epsilon: epsilon, into: y + r * width)
    }
  }

  public func addAndNormalizeRows(
    _ normalization: RowNormalization, _ x: UnsafePointer<Float>, _ residual: UnsafePointer<Float>,
    sum: UnsafeMutablePointer<Float>, shift: UnsafePointer<Float>?, epsilon: Float,
    into y: UnsafeMutablePointer<Float>
  ) {
    let width = normalization.width
    for r in 0..<normalization.rows {
      let (x, residual, sum) = (x + r * width, residual + r * width, sum + r * width)
      forEachVectorByFours(width) { sum.store(x.vector($0) + residual.vector($0), $0) }
      normalizeRow(normalization, r, sum, shift: shift, epsilon: epsilon, into: y + r * width)
    }
  }

  /// Three passes over a row that the first of them brings into the cache: mean, variance, result.
  @inline(__always)
  private func normalizeRow(
    _ normalization: RowNormalization, _ r: Int, _ x: UnsafePointer<Float>, shift: UnsafePointer<Float>?,
    epsilon: Float, into y: UnsafeMutablePointer<Float>
  ) {
    let (width, scale) = (normalization.width, normalization.scale)
    let (mean, inverse) = statistics(of: x, normalization, epsilon: epsilon)
    normalization.statistics[2 * r] = mean
    normalization.statistics[2 * r + 1] = inverse
    let (centre, factor) = (Vector(repeating: mean), Vector(repeating: inverse))
    if let shift {
      forEachVectorByFours(width) {
        let normalized = (x.vector($0) - centre) * factor
        y.store(shift.vector($0).adding(normalized, times: scale.vector($0)), $0)
      }
    } else {
      forEachVectorByFours(width) { y.store((x.vector($0) - centre) * factor * scale.vector($0), $0) }
    }
  }

  /// The mean (0 for RMSNorm) and 1 / deviation of a row.
  @inline(__always)
  private func statistics(
    of x: UnsafePointer<Float>, _ normalization: RowNormalization, epsilon: Float
  ) -> (mean: Float, inverse: Float) {
    let width = normalization.width
    var mean: Float = 0
    if case .layerNorm = normalization.kind { mean = rowSum(width) { $0 + x.vector($1) } / Float(width) }
    let centre = Vector(repeating: mean)
    let squares = rowSum(width) {
      let distance = x.vector($1, padding: mean) - centre
      return $0.adding(distance, times: distance)
    }
    return (mean, 1 / (squares / Float(width) + epsilon).squareRoot())
  }

  public func normalizeRowsBackward(
    _ normalization: RowNormalization, x: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    adding known: UnsafePointer<Float>?, into dx: UnsafeMutablePointer<Float>,
    scaleGradient: UnsafeMutablePointer<Float>, shiftGradient: UnsafeMutablePointer<Float>
  ) {
    let (width, scale) = (normalization.width, normalization.scale)
    fill(scaleGradient, count: width, value: 0)
    fill(shiftGradient, count: width, value: 0)
    for r in 0..<normalization.rows {
      let (x, dy, dx) = (x + r * width, dy + r * width, dx + r * width)
      let centre = Vector(repeating: normalization.statistics[2 * r])
      let inverse = Vector(repeating: normalization.statistics[2 * r + 1])
      let sums = twoRowSums(width) {
        let g = dy.vector($1) * scale.vector($1)
        return ($0.0 + g, $0.1.adding(g, times: (x.vector($1) - centre) * inverse))
      }
      var gradientMean = Vector.zero
      if case .layerNorm = normalization.kind { gradientMean = Vector(repeating: sums.0 / Float(width)) }
      let productMean = Vector(repeating: -(sums.1 / Float(width)))

      /// Hands out the gradient of x before the division by the deviation, and adds to the columns' sums.
      @inline(__always)
      func forEachGradient(_ write: (Vector, Lanes) -> Void) {
        forEachVectorByFours(width) { lanes in
          let (slopes, normalized) = (dy.vector(lanes), (x.vector(lanes) - centre) * inverse)
          let (products, sums) = (scaleGradient.vector(lanes), shiftGradient.vector(lanes))
          write((slopes * scale.vector(lanes) - gradientMean).adding(normalized, times: productMean), lanes)
          scaleGradient.store(products.adding(slopes, times: normalized), lanes)
          shiftGradient.store(sums + slopes, lanes)
        }
      }
      if let known {
        let known = known + r * width
        forEachGradient { dx.store(known.vector($1).adding($0, times: inverse), $1) }
      } else {
        forEachGradient { dx.store($0 * inverse, $1) }
      }
    }
  }
}
