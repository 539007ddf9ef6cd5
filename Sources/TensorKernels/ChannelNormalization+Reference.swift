import KernelInterface

extension ReferenceKernels {
  public func planeMoments(
    _ x: UnsafePointer<Float>, planes: Int, size: Int, means: UnsafeMutablePointer<Float>,
    centredSquares: UnsafeMutablePointer<Float>
  ) {
    for p in 0..<planes {
      let x = x + p * size
      let mean = plainRowSum(size) { $0 + x[$1] } / Float(size)
      means[p] = mean
      centredSquares[p] = plainRowSum(size) { $0.addingProduct(x[$1] - mean, x[$1] - mean) }
    }
  }

  public func columnMoments(
    _ x: UnsafePointer<Float>, rows: Int, columns: Int, stride: Int, means: UnsafeMutablePointer<Float>,
    variances: UnsafeMutablePointer<Float>
  ) {
    for c in 0..<columns {
      var (mean, variance) = (0.0, 0.0)
      for r in 0..<rows { mean += Double(x[r * stride + c]) }
      mean /= Double(rows)
      for r in 0..<rows { variance.addProduct(Double(x[r * stride + c]) - mean, Double(x[r * stride + c]) - mean) }
      means[c] = Float(mean)
      variances[c] = Float(variance / Double(rows))
    }
  }

  public func transformPlanes(
    _ transform: ChannelTransform, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    planes: Range<Int>, size: Int
  ) {
    for p in planes {
      let c = p % transform.count
      for i in p * size..<(p + 1) * size {
        y[i] = transform.shift[c].addingProduct(x[i] - transform.mean[c], transform.factor[c])
      }
    }
  }

  public func transformColumns(
    _ transform: ChannelTransform, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int
  ) {
    transformPlanes(transform, x, into: y, planes: 0..<rows * transform.count, size: 1)
  }

  public func planeGradientSums(
    x: UnsafePointer<Float>, dy: UnsafePointer<Float>, means: UnsafePointer<Float>, meanCount: Int,
    planes: Range<Int>, size: Int, sums: UnsafeMutablePointer<Float>, products: UnsafeMutablePointer<Float>
  ) {
    for p in planes {
      let (x, dy, mean) = (x + p * size, dy + p * size, means[p % meanCount])
      sums[p] = plainRowSum(size) { $0 + dy[$1] }
      products[p] = plainRowSum(size) { $0.addingProduct(dy[$1], x[$1] - mean) }
    }
  }

  public func columnGradientSums(
    x: UnsafePointer<Float>, dy: UnsafePointer<Float>, means: UnsafePointer<Float>, rows: Int, columns: Int,
    stride: Int, sums: UnsafeMutablePointer<Float>, products: UnsafeMutablePointer<Float>
  ) {
    for c in 0..<columns {
      var (sum, product) = (0.0, 0.0)
      for r in 0..<rows {
        let slope = Double(dy[r * stride + c])
        sum += slope
        product.addProduct(slope, Double(x[r * stride + c]) - Double(means[c]))
      }
      sums[c] = Float(sum)
      products[c] = Float(product)
    }
  }

  public func transformPlanesBackward(
    _ gradient: ChannelGradient, x: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>, planes: Range<Int>, size: Int, accumulates: Bool
  ) {
    for p in planes {
      let c = p % gradient.count
      for i in p * size..<(p + 1) * size {
        let slope = gradient.offset[c].addingProduct(gradient.inputFactor[c], x[i] - gradient.mean[c])
          .addingProduct(gradient.gradientFactor[c], dy[i])
        dx[i] = accumulates ? dx[i] + slope : slope
      }
    }
  }

  public func transformColumnsBackward(
    _ gradient: ChannelGradient, x: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>, rows: Int, accumulates: Bool
  ) {
    transformPlanesBackward(
      gradient, x: x, dy: dy, into: dx, planes: 0..<rows * gradient.count, size: 1, accumulates: accumulates)
  }
}
