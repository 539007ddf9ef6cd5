/// Convolutions, forward and both backwards. The rules of `Kernels` hold. See `Convolution` for shapes.
///
/// The caller may cut the batch (pointers then lead to the part's first image) and the channels a call writes: neither
/// shows in y, dx or dw, but for the batch in dw and db: those are sums over it.
public protocol ConvolutionKernels: Sendable {
  /// Bytes of scratch memory, 64-byte aligned, that `pass` needs for `channels` channels of what it writes.
  func convolutionWorkspaceSize(_ convolution: Convolution, _ pass: ConvolutionPass, channels: Int) -> Int

  /// y for the channels `outputs`: one chain of fused multiply-adds over (input channel, row of taps, tap) ascending,
  /// beginning at the bias or zero. Padding takes part as zeros.
  func convolve(
    _ convolution: Convolution, x: UnsafePointer<Float>, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    into y: UnsafeMutablePointer<Float>, outputs: Range<Int>, workspace: UnsafeMutableRawPointer)

  /// dx, or dx += ..., for the channels `inputs`: from zero one chain of fused multiply-adds over (output channel, row of
  /// taps, tap) ascending of the group, taps that no place of the window puts on the pixel left out, those whose
  /// place lies outside y taking part as zeros.
  func convolveBackwardInput(
    _ convolution: Convolution, dy: UnsafePointer<Float>, weight: UnsafePointer<Float>,
    into dx: UnsafeMutablePointer<Float>, inputs: Range<Int>, accumulates: Bool, workspace: UnsafeMutableRawPointer)

  /// dw for the channels `outputs`.
  ///
  /// Where a group has several inputs, an element of dw is a sum of blocks of `gradientRows` rows of y: images in order,
  /// blocks in order, from zero. A block is one chain of fused multiply-adds over its pixels, row by row, from zero.
  ///
  /// Where a group has one input, pixel (i, j) goes to lane (i pitch + j) % 16; each lane is a chain of fused
  /// multiply-adds over images and pixels in order, then the lane tree.
  func convolveBackwardWeight(
    _ convolution: Convolution, x: UnsafePointer<Float>, dy: UnsafePointer<Float>,
    into dw: UnsafeMutablePointer<Float>, outputs: Range<Int>, workspace: UnsafeMutableRawPointer)

  /// The gradient of the bias, db, or db += ..., for the channels `outputs`: the `sum` of each image's channel of dy,
  /// images in order, from zero.
  func convolveBackwardBias(
    _ convolution: Convolution, dy: UnsafePointer<Float>, into db: UnsafeMutablePointer<Float>, outputs: Range<Int>,
    accumulates: Bool)
}

/// The three computations of a convolution.
public enum ConvolutionPass: CaseIterable, Sendable {
  case forward, backwardInput, backwardWeight
}
