import Autograd

/// A layer of which only input and result are kept for the backward pass: `Tape.recomputing`.
public struct Recomputed: Layer {
  private let layer: any Layer

  public init(_ layer: any Layer) { self.layer = layer }

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable {
    context.running([x], recomputing: true) { [layer] in layer.forward($0[0], $1) }
  }
}

extension ForwardContext {
  /// body(inputs), of which only inputs and result are kept where `recomputing`.
  ///
  /// - Parameter body: takes variables and the context from its arguments alone.
  public func running(
    _ inputs: [Variable], recomputing: Bool, _ body: @escaping ([Variable], ForwardContext) -> Variable
  ) -> Variable {
    guard recomputing else { return body(inputs, self) }
    return tape.recomputing(inputs) { body($0, on($1)) }
  }
}
