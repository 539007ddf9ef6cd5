import Autograd
import TensorCore

/// The greatest value of each window: [batch, channels, height, width] -> [batch, channels, height', width'].
public struct MaxPool: Layer {
  private let window: Extent
  private let stride: Extent?
  private let padding: Extent

  /// - Parameter stride: the window's size if `nil`: windows side by side.
  public init(window: Extent, stride: Extent? = nil, padding: Extent = 0) {
    self.window = window
    self.stride = stride
    self.padding = padding
  }

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable {
    x.maxPool(window: window, stride: stride, padding: padding)
  }
}

/// The mean of each channel: [batch, channels, height, width] -> [batch, channels].
public struct GlobalAveragePool: Layer {
  public init() {}

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable { x.globalAveragePool() }
}
