import Autograd
import TensorCore

/// The convolution of images with learnt filters: [batch, inputs, height, width] -> [batch, outputs, height', width'].
///
/// Parameters: `weight` [outputs, inputs / groups, window height, window width] and, unless left out, `bias` [outputs].
public struct ConvolutionLayer: Layer {
  private let weight: Int
  private let bias: Int?
  private let stride: Extent
  private let padding: Extent
  private let dilation: Extent
  private let groups: Int

  /// - Parameters:
  ///   - groups: each output channel sees inputs / groups channels; as many as channels: a depthwise convolution.
  ///   - weight: how the weight begins. By default weight and bias are uniform within 1 / sqrt(values under the window),
  ///     as in `Linear`.
  public init(
    inputs: Int, outputs: Int, window: Extent, stride: Extent = 1, padding: Extent = 0, dilation: Extent = 1,
    groups: Int = 1, hasBias: Bool = true, weight: Initializer? = nil, in builder: inout ParameterBuilder
  ) {
    precondition(
      inputs > 0 && outputs > 0 && groups > 0 && inputs % groups == 0 && outputs % groups == 0,
      "a convolution from \(inputs) to \(outputs) channels in \(groups) groups")
    let fanIn = inputs / groups * window.height * window.width
    let byInputs = Initializer.uniform(bound: 1 / Float(fanIn).squareRoot())
    self.weight = builder.parameter(
      "weight", [outputs, inputs / groups, window.height, window.width], weight ?? byInputs)
    bias = hasBias ? builder.parameter("bias", [outputs], byInputs) : nil
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable {
    x.convolution(
      weight: context.tape.parameter(weight), bias: bias.map(context.tape.parameter), stride: stride, padding: padding,
      dilation: dilation, groups: groups)
  }
}
