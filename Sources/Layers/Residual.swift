import Autograd

/// y = body(x) + shortcut(x), where the shortcut is x itself if `nil`: the body learns what to add (He, Zhang, Ren and Sun,
/// "Deep residual learning for image recognition", CVPR 2016).
public struct Residual: Layer {
  private let body: any Layer
  private let shortcut: (any Layer)?

  public init(_ body: any Layer, shortcut: (any Layer)? = nil) {
    self.body = body
    self.shortcut = shortcut
  }

  public func forward(_ x: Variable, _ context: ForwardContext) -> Variable {
    body.forward(x, context) + (shortcut?.forward(x, context) ?? x)
  }
}
