import Autograd

/// [batch, ...] -> [batch, everything else]; nothing is copied.
public struct Flatten: Layer {
  public init() {}

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable { x.flattenedRows() }
}
