import KernelInterface

extension ReferenceKernels {
  public func normalizeRows(
    _ normalization: RowNormalization, _ x: UnsafePointer<Float>, shift: UnsafePointer<Float>?, epsilon: Float,
    into y: UnsafeMutablePointer<Float>
  ) {
    let width = normalization.width
    for r in 0..<normalization.rows {
      let (x, y) = (x + r * width, y + r * width)
      var mean: Float = 0
      if normalization.kind == .layerNorm { mean = plainRowSum(width) { $0 + x[$1] } / Float(width) }
      let squares = plainRowSum(width) { $0.addingProduct(x[$1] - mean, x[$1] - mean) }
      let inverse = 1 / (squares / Float(width) + epsilon).squareRoot()
      normalization.statistics[2 * r] = mean
      normalization.statistics[2 * r + 1] = inverse
      for c in 0..<width {
        let normalized = (x[c] - mean) * inverse
        if let shift {
          y[c] = shift[c].addingProduct(normalized, normalization.scale[c])
        } else {
          y[c] = normalized * normalization.scale[c]
        }
      }
    }
  }

  public func addAndNormalizeRows(
    _ normalization: RowNormalization, _ x: UnsafePointer<Float>, _ residual: UnsafePointer<Float>,
    sum: UnsafeMutablePointer<Float>, shift: UnsafePointer<Float>?, epsilon: Float,
    into y: UnsafeMutablePointer<Float>
  ) {
    for i in 0..<normalization.rows * normalization.width { sum[i] = x[i] + residual[i] }
    normalizeRows(normalization, sum, shift: shift, epsilon: epsilon, into: y)
  }

  public func normalizeRowsBackward(
    _ normalization: RowNormalization, x: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    adding known: UnsafePointer<Float>?, into dx: UnsafeMutablePointer<Float>,
    scaleGradient: UnsafeMutablePointer<Float>, shiftGradient: UnsafeMutablePointer<Float>
  ) {
    let (width, scale) = (normalization.width, normalization.scale)
    for c in 0..<width { (scaleGradient[c], shiftGradient[c]) = (0, 0) }
    for r in 0..<normalization.rows {
      let (x, dy, dx) = (x + r * width, dy + r * width, dx + r * width)
      let (mean, inverse) = (normalization.statistics[2 * r], normalization.statistics[2 * r + 1])
      let sum = plainRowSum(width) { $0 + dy[$1] * scale[$1] }
      let product = plainRowSum(width) { $0.addingProduct(dy[$1] * scale[$1], (x[$1] - mean) * inverse) }
      let gradientMean = normalization.kind == .layerNorm ? sum / Float(width) : 0
      for c in 0..<width {
        let normalized = (x[c] - mean) * inverse
        scaleGradient[c].addProduct(dy[c], normalized)
        shiftGradient[c] += dy[c]
        let gradient = (dy[c] * scale[c] - gradientMean).addingProduct(normalized, -(product / Float(width)))
        dx[c] = known.map { $0[r * width + c].addingProduct(gradient, inverse) } ?? gradient * inverse
      }
    }
  }
}

/// The row sum of `NormalizationKernels`: `add` returns a partial sum plus what element i contributes.
func plainRowSum(_ count: Int, _ add: (Float, Int) -> Float) -> Float {
  let whole = count / 64 * 64
  var lanes = SIMD64<Float>.zero
  for i in 0..<whole { lanes[i % 64] = add(lanes[i % 64], i) }
  for i in 0..<32 { lanes[i] += lanes[i + 32] }
  var sixteen = SIMD16<Float>.zero
  for i in 0..<16 { sixteen[i] = lanes[i] + lanes[i + 16] }
  for i in whole..<count { sixteen[i % 16] = add(sixteen[i % 16], i) }
  return laneSum(sixteen)
}
