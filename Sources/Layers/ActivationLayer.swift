import Autograd
import KernelInterface

/// One function applied to each element. Any shape.
public struct ActivationLayer: Layer {
  public let activation: Activation

  public init(_ activation: Activation) { self.activation = activation }

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable { x.activated(activation) }
}

/// The softmax of each row: [..., columns] -> [..., columns]. Not before a cross-entropy loss, which takes logits.
public struct Softmax: Layer {
  public init() {}

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable { x.softmax() }
}
