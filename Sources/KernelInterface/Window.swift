/// One dimension of a sliding window: output i meets input i * stride + tap * dilation - padding at each of `size` taps.
/// Inputs outside 0 ..< input are padding.
public struct WindowAxis: Hashable, Sendable {
  /// Values before the window passes over them.
  public var input: Int
  /// Taps of the window.
  public var size: Int
  public var stride: Int
  /// Values added at either end.
  public var padding: Int
  /// From one tap to the next.
  public var dilation: Int

  public init(input: Int, size: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1) {
    self.input = input
    self.size = size
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
  }

  /// The places the whole window fits in, every `stride`-th of them.
  public var output: Int {
    let reach = input + 2 * padding - dilation * (size - 1) - 1
    return reach < 0 ? 0 : reach / stride + 1
  }

  /// The input that output `i` meets at `tap`; `nil` where it is padding.
  public func input(_ i: Int, tap: Int) -> Int? {
    let place = i * stride + tap * dilation - padding
    return place >= 0 && place < input ? place : nil
  }

  /// The stride goes into tap * dilation - padding `quotient` times and leaves `phase`, which is in 0 ..< stride.
  public func division(ofTap tap: Int) -> (quotient: Int, phase: Int) {
    let offset = tap * dilation - padding
    let phase = (offset % stride + stride) % stride
    return ((offset - phase) / stride, phase)
  }
}
