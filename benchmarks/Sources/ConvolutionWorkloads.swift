import Autograd
import KernelInterface
import TensorCore

/// A convolution as a layer of a network: forward and backward.
public struct MeasuredConvolution: Sendable {
  public let shape: ConvolutionShape
  /// Where it stands; empty for a shape that the user gives.
  let network: String
  /// Whether it reads images, which want no gradient.
  let isFirst: Bool
  let hasBias: Bool

  public init(_ shape: ConvolutionShape) { self.init(shape, in: "", isFirst: false, hasBias: false) }

  init(_ shape: ConvolutionShape, in network: String, isFirst: Bool, hasBias: Bool) {
    (self.shape, self.network, self.isFirst, self.hasBias) = (shape, network, isFirst, hasBias)
  }

  /// The different layers of three networks; those behind the first want a gradient for their input.
  public static let defaults =
    layers(of: "lenet5", hasBias: true, ["64x1x28x28:6x5x5/1", "64x6x14x14:16x5x5/1p0"])
    + layers(
      of: "resnet20", hasBias: false,
      [
        "64x3x32x32:16x3x3/1", "64x16x32x32:16x3x3/1", "64x16x32x32:32x3x3/2", "64x16x32x32:32x1x1/2",
        "64x32x16x16:32x3x3/1", "64x32x16x16:64x3x3/2", "64x32x16x16:64x1x1/2", "64x64x8x8:64x3x3/1",
      ])
    // EfficientNet-B0 (Tan and Le 2019) on images of 224x224: the first layer, then depthwise ones and 1x1 ones.
    + layers(
      of: "efficientnet", hasBias: false,
      [
        "8x3x224x224:32x3x3/2", "8x32x112x112:32x3x3/1g32", "8x96x112x112:96x3x3/2g96", "8x144x56x56:144x5x5/2g144",
        "8x240x28x28:240x3x3/2g240", "8x480x14x14:480x5x5/1g480", "8x1152x7x7:1152x5x5/1g1152",
        "8x16x112x112:96x1x1/1", "8x24x56x56:144x1x1/1", "8x240x28x28:80x1x1/1", "8x112x14x14:672x1x1/1",
        "8x1152x7x7:192x1x1/1", "8x320x7x7:1280x1x1/1",
      ])

  private static func layers(of network: String, hasBias: Bool, _ shapes: [String]) -> [MeasuredConvolution] {
    shapes.enumerated().map { index, text in
      guard let shape = ConvolutionShape(text) else { preconditionFailure("\(text) is no convolution") }
      return MeasuredConvolution(shape, in: network, isFirst: index == 0, hasBias: hasBias)
    }
  }
}

/// Convolutions, forward and backward.
public enum ConvolutionWorkloads {
  public static func all(
    _ layers: [MeasuredConvolution] = MeasuredConvolution.defaults, on backend: Backend
  ) -> [Workload] {
    layers.map { layer in
      let shape = layer.shape
      let passes: Double = layer.isFirst ? 2 : 3
      return Workload(
        family: "convolution", name: layer.network.isEmpty ? "\(shape)" : "\(layer.network) \(shape)",
        parameters: parameters(layer), work: .operations(2 * passes * shape.multiplyAdds),
        run: pass(layer, on: backend).forwardAndBackward)
    }
  }

  private static func pass(_ layer: MeasuredConvolution, on backend: Backend) -> GradientPass {
    let shape = layer.shape
    let imageShape: Shape = [shape.batch, shape.inputs, shape.height, shape.width]
    let weightShape: Shape = [shape.outputs, shape.inputs / shape.groups, shape.kernelHeight, shape.kernelWidth]
    let images = layer.isFirst ? Tensor.random(imageShape, seed: 7, on: backend) : nil
    let operands = [weightShape] + (layer.hasBias ? [[shape.outputs]] : []) + (layer.isFirst ? [] : [imageShape])
    return GradientPass(operands, on: backend) { tape in
      let x = images.map(tape.constant) ?? tape.parameter(operands.count - 1)
      return x.convolution(
        weight: tape.parameter(0), bias: layer.hasBias ? tape.parameter(1) : nil,
        stride: Extent(shape.stride), padding: Extent(shape.padding), groups: shape.groups)
    }
  }

  private static func parameters(_ layer: MeasuredConvolution) -> [String: Parameter] {
    let shape = layer.shape
    return [
      "batch": .number(shape.batch), "inputs": .number(shape.inputs), "height": .number(shape.height),
      "width": .number(shape.width), "outputs": .number(shape.outputs),
      "kernel_height": .number(shape.kernelHeight), "kernel_width": .number(shape.kernelWidth),
      "stride": .number(shape.stride), "padding": .number(shape.padding), "groups": .number(shape.groups),
      "bias": layer.hasBias ? 1 : 0, "input_gradient": layer.isFirst ? 0 : 1, "network": .word(layer.network),
    ]
  }
}
