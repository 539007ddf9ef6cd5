import KernelInterface
import TensorCore

extension Variable {
  /// The convolution (cross-correlation) of images [batch, inputs, height, width] with weights
  /// [outputs, inputs / groups, height, width]: y [batch, outputs, (height + 2 padding - dilation (taps - 1) - 1) / stride
  /// + 1, ...].
  ///
  ///     y[n, o, i, j]  = bias[o] + sum over c, k, l of w[o, c, k, l] x[n, c, i s + k d - p, j s + l d - p]
  ///     dx[n, c, a, b] = sum over o, k, l of w[o, c, k, l] dy[n, o, i, j] where i s + k d - p = a, j s + l d - p = b
  ///     dw[o, c, k, l] = sum over n, i, j of dy[n, o, i, j] x[n, c, i s + k d - p, j s + l d - p]
  ///     db[o]          = sum over n, i, j of dy[n, o, i, j]
  ///
  /// In groups, output channel o sees the inputs of its group only; as many groups as channels is a depthwise convolution.
  /// Signals [batch, inputs, length] take weights [outputs, inputs / groups, length].
  ///
  ///     images.convolution(weight: w, bias: b, stride: 2, padding: 1)
  ///     images.convolution(weight: w, bias: nil, padding: Extent(height: 0, width: 2), groups: 96)
  public func convolution(
    weight: Variable, bias: Variable?, stride: Extent = 1, padding: Extent = 0, dilation: Extent = 1, groups: Int = 1
  ) -> Variable {
    let (x, w) = (value, weight.value)
    let convolution = Convolution(
      of: x.shape, with: w.shape, stride: stride, padding: padding, dilation: dilation, groups: groups)
    let y = x.convolution(convolution, weight: w, bias: bias?.value)
    return tape.record(y, from: [self, weight] + (bias.map { [$0] } ?? [])) { dy, gradients in
      gradients.write(to: weight) { $0.writeConvolutionWeightGradient(convolution, x: x, dy: dy) }
      if let bias { gradients.write(to: bias) { $0.writeConvolutionBiasGradient(convolution, dy: dy) } }
      gradients.write(to: self) { $0.writeConvolutionInputGradient(convolution, dy: dy, weight: w) }
    }
  }
}
