import TensorCore

/// What the forward pass of one sample takes, counted from a model's sizes.
struct PredictorWork {
  /// Of matrix products and convolutions.
  var multiplyAdds = 0.0
  /// Numbers that layers hand on.
  var values = 0.0

  /// - Parameter sampleShape: [features], or [height, width] of an image.
  init(_ model: ModelConfiguration, sampleShape: [Int], layout: ParameterLayout) {
    let (height, width) = (sampleShape[0], sampleShape.count > 1 ? sampleShape[1] : 1)
    for entry in layout.entries where entry.role == .trained && entry.shape.rank >= 2 {
      let uses = Double(Self.uses(of: entry.name, in: model.kind, height: height, width: width))
      multiplyAdds += Double(entry.shape.count) * uses
      // The output units of a weight: the last dimension of a matrix, the first of a convolution's windows.
      values += Double(entry.shape.rank == 2 ? entry.shape[-1] : entry.shape[0]) * uses
    }
  }

  /// How often a weight meets a sample: a convolution's at each place of its output, a recurrent one at each row of the image.
  private static func uses(of name: String, in kind: ModelConfiguration.Kind, height: Int, width: Int) -> Int {
    switch kind {
    case .lenet5 where name.hasPrefix("convolutions.0"): height * width
    case .lenet5 where name.hasPrefix("convolutions.1"): (height / 2 - 4) * (width / 2 - 4)
    case .resnet where name.hasPrefix("stages."): resnetPlaces(stage: name, height, width)
    case .resnet where name.hasPrefix("stem"): height * width
    case .lstm where !name.hasPrefix("head"): height
    default: 1
    }
  }

  private static func resnetPlaces(stage name: String, _ height: Int, _ width: Int) -> Int {
    let stage = name.split(separator: ".")[1]
    let halvings = stage == "0" ? 0 : stage == "1" ? 1 : 2
    var (height, width) = (height, width)
    for _ in 0..<halvings { (height, width) = ((height + 1) / 2, (width + 1) / 2) }
    return height * width
  }
}
