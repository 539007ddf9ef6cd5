import Autograd
import TensorCore

/// [batch, height, width] -> [batch, 1, height, width]; images that name their channels pass as they are.
public struct AsImages: Layer {
  private let channels: Int

  public init(channels: Int) { self.channels = channels }

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable {
    let dimensions = x.shape.dimensions
    precondition(
      dimensions.count == 4 && dimensions[1] == channels || dimensions.count == 3 && channels == 1,
      "images of \(channels) channels wanted, not \(x.shape)")
    if dimensions.count == 4 { return x }
    return x.reshaped(to: [dimensions[0], 1, dimensions[1], dimensions[2]])
  }
}
