import KernelInterface

/// The mean and the variance (divided by the count) of each channel of a batch.
public struct BatchStatistics: Sendable {
  /// [channels]
  public let mean: Tensor
  /// [channels]
  public let variance: Tensor
  /// The number of values that one channel's mean is of.
  public let count: Int

  public init(mean: Tensor, variance: Tensor, count: Int) {
    precondition(mean.count == variance.count, "means \(mean.shape) and variances \(variance.shape)")
    self.mean = mean
    self.variance = variance
    self.count = count
  }
}

/// BatchNorm (Ioffe and Szegedy 2015) of [batch, channels, ...], in halves: the statistics, and what is done with them.
/// Between the halves the statistics, and in the backward pass the two sums, can be joined with those of other ranks.
extension Tensor {
  /// The statistics of each channel.
  ///
  /// [batch, channels, height, width]: the row sums of each plane give its mean and its centred squares; planes are joined
  /// in Float64, n ascending, the variance within planes plus that between them. [batch, features]: Float64 chains.
  public func batchStatistics() -> BatchStatistics {
    let layout = ChannelLayout(shape)
    let moments =
      layout.isColumns(layout.channels) ? momentsOfColumns() : momentsOfPlanes(layout.planes).joined(layout)
    return BatchStatistics(
      mean: moments.row(0), variance: moments.row(1), count: layout.batch * layout.planeSize)
  }

  private func momentsOfColumns() -> Tensor {
    let (rows, columns) = (shape[0], shape[1])
    return Tensor([2, columns], on: backend) { moments in
      backend.forEachColumnRange(rows: rows, columns: columns) { range in
        let means = moments.base + range.lowerBound
        backend.kernels.columnMoments(
          base + range.lowerBound, rows: rows, columns: range.count, stride: columns, means: means,
          variances: means + columns)
      }
      withExtendedLifetime(self) {}
    }
  }

  /// The mean and the variance of each channel, [2, channels], from the moments of all planes.
  private func joined(_ layout: ChannelLayout) -> Tensor {
    let (batch, channels, size) = (layout.batch, layout.channels, Double(layout.planeSize))
    return Tensor([2, channels], on: backend) { joined in
      joined.withMutableValues { joined in
        withValues { moments in
          for c in 0..<channels {
            var (mean, squares) = (0.0, 0.0)
            for n in 0..<batch { mean += Double(moments[n * channels + c]) }
            mean /= Double(batch)
            for n in 0..<batch {
              let distance = Double(moments[n * channels + c]) - mean
              squares += Double(moments[(batch + n) * channels + c]) + size * distance * distance
            }
            joined[c] = Float(mean)
            joined[channels + c] = Float(squares / (Double(batch) * size))
          }
        }
      }
    }
  }

  /// y = (x - mean) / sqrt(variance + epsilon) * scale + shift, channel by channel; the coefficients are computed in
  /// Float64, each of them rounded once, the product and the sum of an element are fused.
  public func batchNormalized(
    mean: Tensor, variance: Tensor, scale: Tensor, shift: Tensor?, epsilon: Float
  ) -> Tensor {
    checkChannels(mean, variance, scale, shift)
    let channels = shape[1]
    return transformed(
      by: Tensor([3, channels], on: backend) { coefficients in
        coefficients.withMutableValues { coefficients in
          let (mean, variance, scale) = (mean.values, variance.values, scale.values)
          let shift = shift?.values
          for c in 0..<channels {
            coefficients[c] = mean[c]
            coefficients[channels + c] = Float(inverseDeviation(variance[c], epsilon) * Double(scale[c]))
            coefficients[2 * channels + c] = shift?[c] ?? 0
          }
        }
      })
  }

  /// The factors and offsets [channels] with which y = factor x + offset is BatchNorm with these fixed statistics: a
  /// layer before it may take them into its weights and bias.
  public static func foldedBatchNorm(
    mean: Tensor, variance: Tensor, scale: Tensor, shift: Tensor?, epsilon: Float
  ) -> (factor: Tensor, offset: Tensor) {
    precondition(
      variance.count == mean.count && scale.count == mean.count && shift.map { $0.count == mean.count } ?? true,
      "means \(mean.shape), variances \(variance.shape), scale \(scale.shape), shift \(shift?.shape ?? scale.shape)")
    let (means, variances, scales) = (mean.values, variance.values, scale.values)
    let shifts = shift?.values
    let factors = means.indices.map { inverseDeviation(variances[$0], epsilon) * Double(scales[$0]) }
    let offsets = means.indices.map { Float(Double(shifts?[$0] ?? 0) - Double(means[$0]) * factors[$0]) }
    return (
      Tensor(factors.map(Float.init), [means.count], on: mean.backend),
      Tensor(offsets, [means.count], on: mean.backend)
    )
  }

  fileprivate func checkChannels(_ tensors: Tensor?...) {
    let channels = ChannelLayout(shape).channels
    for case let tensor? in tensors {
      precondition(tensor.count == channels, "shape \(tensor.shape) for the channels of \(shape)")
    }
  }

  /// Row `index` of a matrix: a view.
  fileprivate func row(_ index: Int) -> Tensor {
    Tensor(shape: [shape[1]], backend: backend, storage: storage, offset: offset + index * shape[1])
  }
}

/// 1 / sqrt(variance + epsilon)
func inverseDeviation(_ variance: Float, _ epsilon: Float) -> Double {
  1 / (Double(variance) + Double(epsilon)).squareRoot()
}

// MARK: - Backward

extension Tensor {
  /// For this gradient dy and n = (x - mean) / sqrt(variance + epsilon) the sums over each channel of dy n and of dy:
  /// the gradients of scale and shift, [channels] each. Orders as in `batchStatistics`.
  public func batchNormSums(
    x: Tensor, mean: Tensor, variance: Tensor, epsilon: Float
  ) -> (scale: Tensor, shift: Tensor) {
    precondition(x.shape == shape, "gradient \(shape) of a batch \(x.shape)")
    checkChannels(mean, variance)
    let layout = ChannelLayout(shape)
    let channels = layout.channels
    let isColumns = layout.isColumns(channels)
    // Of planes, or already of channels.
    let sums =
      (isColumns ? gradientSumsOfColumns(x: x, means: mean) : gradientSumsOfPlanes(x: x, means: mean, count: channels))
      .values
    let parts = isColumns ? 1 : layout.batch
    let variances = variance.values
    let total = { (first: Int) in (0..<parts).reduce(0.0) { $0 + Double(sums[first + $1 * channels]) } }
    return (
      Tensor(
        (0..<channels).map { Float(total(parts * channels + $0) * inverseDeviation(variances[$0], epsilon)) },
        [channels], on: backend),
      Tensor((0..<channels).map { Float(total($0)) }, [channels], on: backend)
    )
  }

  private func gradientSumsOfColumns(x: Tensor, means: Tensor) -> Tensor {
    let (rows, columns) = (shape[0], shape[1])
    return Tensor([2, columns], on: backend) { sums in
      backend.forEachColumnRange(rows: rows, columns: columns) { range in
        let at = range.lowerBound
        backend.kernels.columnGradientSums(
          x: x.base + at, dy: base + at, means: means.base + at, rows: rows, columns: range.count, stride: columns,
          sums: sums.base + at, products: sums.base + columns + at)
      }
      withExtendedLifetime((self, x, means)) {}
    }
  }
}

extension TensorDestination {
  /// dx of BatchNorm in training, or dx += ...: with the sums of `batchNormSums` over the statistics' whole count,
  ///
  ///     dx = scale / deviation (dy - sum of dy / count - (x - mean) / deviation sum of dy n / count)
  ///
  /// Without sums the statistics are constants: dx = scale / deviation dy.
  public func writeBatchNormGradient(
    x: Tensor, dy: Tensor, statistics: BatchStatistics, scale: Tensor, epsilon: Float,
    sums: (scale: Tensor, shift: Tensor)?
  ) {
    precondition(x.shape == shape && dy.shape == shape, "\(x.shape), \(dy.shape) into \(shape)")
    x.checkChannels(statistics.mean, scale, sums?.scale, sums?.shift)
    let (channels, count) = (scale.count, Double(statistics.count))
    let coefficients = Tensor([4, channels], on: backend) { coefficients in
      coefficients.withMutableValues { coefficients in
        let (mean, variance, scale) = (statistics.mean.values, statistics.variance.values, scale.values)
        let sums = sums.map { ($0.scale.values, $0.shift.values) }
        for c in 0..<channels {
          let inverse = inverseDeviation(variance[c], epsilon)
          let factor = inverse * Double(scale[c])
          coefficients[c] = mean[c]
          coefficients[channels + c] = Float(factor)
          coefficients[2 * channels + c] = sums.map { Float(-factor * inverse * Double($0.0[c]) / count) } ?? 0
          coefficients[3 * channels + c] = sums.map { Float(-factor * Double($0.1[c]) / count) } ?? 0
        }
      }
    }
    writeTransformGradient(x: x, dy: dy, coefficients: coefficients)
  }
}

extension Backend {
  /// Calls `body` on ranges of the columns of a matrix, cut at multiples of 16, over the threads.
  fileprivate func forEachColumnRange(rows: Int, columns: Int, _ body: (Range<Int>) -> Void) {
    forEachRange(ofRows: (columns + 15) / 16, columns: 16 * rows) { strips in
      body(strips.lowerBound * 16..<min(strips.upperBound * 16, columns))
    }
  }
}
