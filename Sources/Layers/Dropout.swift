import Autograd

/// Drops each value with probability `rate` while training and lets the others grow by 1 / (1 - rate); the identity in
/// inference. Any shape.
public struct Dropout: Layer {
  public let rate: Float
  private let stream: UInt64

  /// - Parameter rate: in 0 ..< 1.
  public init(rate: Float, in builder: inout ParameterBuilder) {
    precondition((0..<1).contains(rate), "a dropout rate lies in 0 ..< 1, not \(rate)")
    self.rate = rate
    stream = builder.randomStream()
  }

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable {
    guard case .training(let key) = context.mode, rate > 0 else { return x }
    return x.dropout(rate: rate, key: key.derived(stream))
  }
}
