import KernelInterface

extension VectorKernels {
  public func planeMoments(
    _ x: UnsafePointer<Float>, planes: Int, size: Int, means: UnsafeMutablePointer<Float>,
    centredSquares: UnsafeMutablePointer<Float>
  ) {
    for p in 0..<planes {
      let x = x + p * size
      let mean = rowSum(size) { $0 + x.vector($1) } / Float(size)
      let centre = Vector(repeating: mean)
      means[p] = mean
      centredSquares[p] = rowSum(size) {
        let distance = x.vector($1, padding: mean) - centre
        return $0.adding(distance, times: distance)
      }
    }
  }

  public func transformPlanes(
    _ transform: ChannelTransform, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>,
    planes: Range<Int>, size: Int
  ) {
    for p in planes {
      let (x, y, c) = (x + p * size, y + p * size, p % transform.count)
      let (mean, shift) = (Vector(repeating: transform.mean[c]), Vector(repeating: transform.shift[c]))
      let factor = Vector(repeating: transform.factor[c])
      forEachVector(size) { y.store(shift.adding(x.vector($0) - mean, times: factor), $0) }
    }
  }

  public func transformColumns(
    _ transform: ChannelTransform, _ x: UnsafePointer<Float>, into y: UnsafeMutablePointer<Float>, rows: Int
  ) {
    let columns = transform.count
    let (mean, factor, shift) = (transform.mean, transform.factor, transform.shift)
    for r in 0..<rows {
      let (x, y) = (x + r * columns, y + r * columns)
      forEachVector(columns) {
        y.store(shift.vector($0).adding(x.vector($0) - mean.vector($0), times: factor.vector($0)), $0)
      }
    }
  }

  public func planeGradientSums(
    x: UnsafePointer<Float>, dy: UnsafePointer<Float>, means: UnsafePointer<Float>, meanCount: Int,
    planes: Range<Int>, size: Int, sums: UnsafeMutablePointer<Float>, products: UnsafeMutablePointer<Float>
  ) {
    for p in planes {
      let (x, dy, mean) = (x + p * size, dy + p * size, Vector(repeating: means[p % meanCount]))
      (sums[p], products[p]) = twoRowSums(size) {
        let slopes = dy.vector($1)
        return ($0.0 + slopes, $0.1.adding(slopes, times: x.vector($1) - mean))
      }
    }
  }

  public func transformPlanesBackward(
    _ gradient: ChannelGradient, x: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>, planes: Range<Int>, size: Int, accumulates: Bool
  ) {
    for p in planes {
      let (x, dy, dx, c) = (x + p * size, dy + p * size, dx + p * size, p % gradient.count)
      let (mean, offset) = (Vector(repeating: gradient.mean[c]), Vector(repeating: gradient.offset[c]))
      let gradientFactor = Vector(repeating: gradient.gradientFactor[c])
      let inputFactor = Vector(repeating: gradient.inputFactor[c])

      @inline(__always)
      func slopes(_ lanes: Lanes) -> Vector {
        offset.adding(inputFactor, times: x.vector(lanes) - mean).adding(gradientFactor, times: dy.vector(lanes))
      }
      if accumulates {
        forEachVector(size) { dx.store(dx.vector($0) + slopes($0), $0) }
      } else {
        forEachVector(size) { dx.store(slopes($0), $0) }
      }
    }
  }

  public func transformColumnsBackward(
    _ gradient: ChannelGradient, x: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>, rows: Int, accumulates: Bool
  ) {
    let columns = gradient.count
    for r in 0..<rows {
      let (x, dy, dx) = (x + r * columns, dy + r * columns, dx + r * columns)

      @inline(__always)
      func slopes(_ lanes: Lanes) -> Vector {
        let distance = x.vector(lanes) - gradient.mean.vector(lanes)
        return gradient.offset.vector(lanes).adding(gradient.inputFactor.vector(lanes), times: distance)
          .adding(gradient.gradientFactor.vector(lanes), times: dy.vector(lanes))
      }
      if accumulates {
        forEachVector(columns) { dx.store(dx.vector($0) + slopes($0), $0) }
      } else {
        forEachVector(columns) { dx.store(slopes($0), $0) }
      }
    }
  }
}
