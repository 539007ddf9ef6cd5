import Autograd

/// Layers one after the other: each gets what the one before it gave.
public struct Sequential: Layer {
  public let layers: [any Layer]

  public init(_ layers: [any Layer]) { self.layers = layers }

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable {
    layers.reduce(x) { x, layer in layer.forward(x, context) }
  }
}
