import KernelInterface
import Layers
import TensorCore

/// The residual network for small images (He, Zhang, Ren and Sun, CVPR 2016, section 4.2): 6 n + 2 layers with weights, so
/// ResNet-20 for n = 3. Images [batch, channels, height, width], or [batch, height, width], -> [batch, outputs].
///
/// A convolution to 16 channels, then three stages of n blocks with 16, 32 and 64 channels; each stage but the first halves
/// the image. A block is two 3 x 3 convolutions, each with batch normalisation; where its shape changes, a 1 x 1
/// convolution takes the place of the identity. Last the mean of each channel, and a linear layer.
public struct ResNet: Sendable {
  public var channels: Int
  public var outputs: Int
  /// n
  public var blocksInStage: Int

  public init(channels: Int = 3, outputs: Int, blocksInStage: Int = 3) {
    precondition(blocksInStage > 0, "a stage of \(blocksInStage) blocks")
    self.channels = channels
    self.outputs = outputs
    self.blocksInStage = blocksInStage
  }

  public func makeModel() -> Model {
    var builder = ParameterBuilder()
    var layers: [any Layer] = [AsImages(channels: channels)]
    layers += builder.scope("stem") { normalizedConvolution(from: channels, to: 16, stride: 1, in: &$0) }
    layers.append(ActivationLayer(.relu))
    var inputs = 16
    for (stage, outputs) in [16, 32, 64].enumerated() {
      for block in 0..<blocksInStage {
        let stride = stage > 0 && block == 0 ? 2 : 1
        layers.append(
          builder.scope("stages.\(stage).\(block)") { residual(from: inputs, to: outputs, stride: stride, in: &$0) })
        layers.append(ActivationLayer(.relu))
        inputs = outputs
      }
    }
    layers.append(GlobalAveragePool())
    layers.append(builder.scope("head") { Linear(inputs: inputs, outputs: outputs, in: &$0) })
    return Model(
      Sequential(layers), builder: builder,
      description: "ResNet-\(6 * blocksInStage + 2), \(builder.layout.parameterCount) parameters")
  }

  private func residual(from inputs: Int, to outputs: Int, stride: Int, in builder: inout ParameterBuilder) -> any Layer
  {
    let first = builder.scope("0") { normalizedConvolution(from: inputs, to: outputs, stride: stride, in: &$0) }
    let second = builder.scope("1") { normalizedConvolution(from: outputs, to: outputs, stride: 1, in: &$0) }
    let body = Sequential(first + [ActivationLayer(.relu)] + second)
    if inputs == outputs && stride == 1 { return Residual(body) }
    let shortcut = builder.scope("shortcut") {
      ConvolutionLayer(
        inputs: inputs, outputs: outputs, window: 1, stride: Extent(stride), hasBias: false,
        weight: .kaimingUniform(fanIn: inputs), in: &$0)
    }
    return Residual(body, shortcut: shortcut)
  }

  private func normalizedConvolution(
    from inputs: Int, to outputs: Int, stride: Int, in builder: inout ParameterBuilder
  ) -> [any Layer] {
    [
      builder.scope("convolution") {
        ConvolutionLayer(
          inputs: inputs, outputs: outputs, window: 3, stride: Extent(stride), padding: 1, hasBias: false,
          weight: .kaimingUniform(fanIn: 9 * inputs), in: &$0)
      },
      builder.scope("norm") { BatchNorm(channels: outputs, in: &$0) },
    ]
  }
}
