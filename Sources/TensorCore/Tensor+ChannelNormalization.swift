import KernelInterface

/// What BatchNorm and GroupNorm have in common: passes over [batch, channels, ...] with coefficients for each channel or
/// for each plane, the values of one channel of one sample.
struct ChannelLayout {
  let batch: Int
  let channels: Int
  let planeSize: Int

  init(_ shape: Shape) {
    precondition(shape.rank >= 2, "[batch, channels, ...] is normalised over channels, not \(shape)")
    batch = shape[0]
    channels = shape[1]
    planeSize = shape.dimensions.dropFirst(2).reduce(1, *)
  }

  var planes: Int { batch * channels }

  /// [batch, features]: planes are single values, so coefficients for each channel lie side by side like the values.
  func isColumns(_ coefficients: Int) -> Bool { planeSize == 1 && coefficients == channels }
}

extension Tensor {
  /// (x - mean) factor + shift with coefficients [3, count]: means, factors, shifts. Plane p takes coefficient p % count.
  func transformed(by coefficients: Tensor) -> Tensor {
    let (layout, count) = (ChannelLayout(shape), coefficients.shape[1])
    let transform = ChannelTransform(
      count: count, mean: coefficients.base, factor: coefficients.base + count, shift: coefficients.base + 2 * count)
    return Tensor(shape, on: backend) { y in
      if layout.isColumns(count) {
        backend.forEachRange(ofRows: layout.batch, columns: count) { rows in
          let at = rows.lowerBound * count
          backend.kernels.transformColumns(transform, base + at, into: y.base + at, rows: rows.count)
        }
      } else {
        backend.forEachRange(ofRows: layout.planes, columns: layout.planeSize) { planes in
          backend.kernels.transformPlanes(transform, base, into: y.base, planes: planes, size: layout.planeSize)
        }
      }
      withExtendedLifetime((self, coefficients)) {}
    }
  }

  /// The mean and the sum of (x - mean)^2 of each of `planes` equal parts of the values: [2, planes].
  func momentsOfPlanes(_ planes: Int) -> Tensor {
    let size = planes == 0 ? 0 : count / planes
    return Tensor([2, planes], on: backend) { moments in
      backend.forEachRange(ofRows: planes, columns: size) { range in
        let means = moments.base + range.lowerBound
        backend.kernels.planeMoments(
          base + range.lowerBound * size, planes: range.count, size: size, means: means, centredSquares: means + planes)
      }
      withExtendedLifetime(self) {}
    }
  }

  /// For each plane of this gradient dy the sums of dy and of dy (x - mean): [2, planes]. Plane p takes means[p % count].
  func gradientSumsOfPlanes(x: Tensor, means: Tensor, count: Int) -> Tensor {
    let layout = ChannelLayout(shape)
    return Tensor([2, layout.planes], on: backend) { sums in
      backend.forEachRange(ofRows: layout.planes, columns: layout.planeSize) { planes in
        backend.kernels.planeGradientSums(
          x: x.base, dy: base, means: means.base, meanCount: count, planes: planes, size: layout.planeSize,
          sums: sums.base, products: sums.base + layout.planes)
      }
      withExtendedLifetime((self, x, means)) {}
    }
  }
}

extension TensorDestination {
  /// gradientFactor dy + inputFactor (x - mean) + offset, or dx += ..., with coefficients [4, count]: means, gradient
  /// factors, input factors, offsets. Plane p takes coefficient p % count.
  func writeTransformGradient(x: Tensor, dy: Tensor, coefficients: Tensor) {
    let (layout, count) = (ChannelLayout(shape), coefficients.shape[1])
    let gradient = ChannelGradient(
      count: count, mean: coefficients.base, gradientFactor: coefficients.base + count,
      inputFactor: coefficients.base + 2 * count, offset: coefficients.base + 3 * count)
    if layout.isColumns(count) {
      backend.forEachRange(ofRows: layout.batch, columns: count) { rows in
        let at = rows.lowerBound * count
        backend.kernels.transformColumnsBackward(
          gradient, x: x.base + at, dy: dy.base + at, into: base + at, rows: rows.count, accumulates: accumulates)
      }
    } else {
      backend.forEachRange(ofRows: layout.planes, columns: layout.planeSize) { planes in
        backend.kernels.transformPlanesBackward(
          gradient, x: x.base, dy: dy.base, into: base, planes: planes, size: layout.planeSize,
          accumulates: accumulates)
      }
    }
    withExtendedLifetime((x, dy, coefficients, storage)) {}
  }
}
