import KernelInterface
import TensorCore

/// Windows over images [batch, channels, height, width], or over signals [batch, channels, length].
///
///     x.maxPool(window: 2)
///     x.maxPool(window: 3, stride: 2, padding: 1)
///     x.averagePool(window: Extent(height: 1, width: 4))
extension Variable {
  /// y = the greatest value of each window; the first of equals, and a NaN where there is one. The stride is the window's
  /// size where none is given; padding, at most half a window, never wins.
  ///
  ///     dx[a, b] = sum of dy[i, j] over the windows whose maximum is x[a, b]
  public func maxPool(window: Extent, stride: Extent? = nil, padding: Extent = 0) -> Variable {
    pooled(.maximum, window, stride, padding)
  }

  /// y = the mean of each window; padding is zeros, which count unless `countsPadding` is false.
  ///
  ///     dx[a, b] = sum of dy[i, j] / values counted in window (i, j) over the windows that x[a, b] lies in
  public func averagePool(
    window: Extent, stride: Extent? = nil, padding: Extent = 0, countsPadding: Bool = true
  ) -> Variable {
    pooled(.average(countsPadding: countsPadding), window, stride, padding)
  }

  private func pooled(_ rule: PoolingRule, _ window: Extent, _ stride: Extent?, _ padding: Extent) -> Variable {
    let x = value
    let pooling = Pooling(of: x.shape, window: window, stride: stride, padding: padding)
    return tape.record(x.pooled(pooling, rule), from: [self]) { dy, gradients in
      gradients.write(to: self) { $0.writePoolingGradient(pooling, rule, x: x, dy: dy) }
    }
  }

  /// y[n, c] = the mean of channel c of image n: [batch, channels, ...] -> [batch, channels].
  ///
  ///     dx[n, c, ...] = dy[n, c] / values of a channel
  public func globalAveragePool() -> Variable {
    tape.record(value.averageOfChannels(), from: [self]) { dy, gradients in
      gradients.write(to: self) { $0.writeAverageOfChannelsGradient(dy: dy) }
    }
  }
}
