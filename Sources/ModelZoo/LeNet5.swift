import KernelInterface
import Layers

/// LeNet-5 (LeCun, Bottou, Bengio and Haffner 1998, figure 2), with ReLU and maximum pooling as it is taught today:
/// images [batch, channels, height, width], or [batch, height, width] of one channel, -> [batch, outputs].
///
/// Two convolutions of 5 x 5, the first over an image padded by 2, each followed by pooling 2 x 2; then linear layers of
/// 120, 84 and `outputs`. Parameters: `convolutions.i` and `layers.i`, `weight` and `bias`.
public struct LeNet5: Sendable {
  public var channels: Int
  public var height: Int
  public var width: Int
  public var outputs: Int

  /// - Precondition: height and width are at least 12.
  public init(channels: Int = 1, height: Int, width: Int, outputs: Int) {
    precondition(height >= 12 && width >= 12, "LeNet-5 takes images of 12 x 12 at least, not \(height) x \(width)")
    self.channels = channels
    self.height = height
    self.width = width
    self.outputs = outputs
  }

  public func makeModel() -> Model {
    var builder = ParameterBuilder()
    let relu = ActivationLayer(.relu)
    let first = builder.scope("convolutions.0") {
      ConvolutionLayer(inputs: channels, outputs: 6, window: 5, padding: 2, in: &$0)
    }
    let second = builder.scope("convolutions.1") { ConvolutionLayer(inputs: 6, outputs: 16, window: 5, in: &$0) }
    var layers: [any Layer] = [
      AsImages(channels: channels), first, relu, MaxPool(window: 2), second, relu, MaxPool(window: 2), Flatten(),
    ]
    let widths = [16 * ((height / 2 - 4) / 2) * ((width / 2 - 4) / 2), 120, 84, outputs]
    for index in 0..<3 {
      if index > 0 { layers.append(relu) }
      layers.append(
        builder.scope("layers.\(index)") { Linear(inputs: widths[index], outputs: widths[index + 1], in: &$0) })
    }
    return Model(
      Sequential(layers), builder: builder,
      description: "LeNet-5 for \(channels) x \(height) x \(width), \(builder.layout.parameterCount) parameters")
  }
}
