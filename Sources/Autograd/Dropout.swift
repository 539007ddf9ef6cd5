import KernelInterface
import TensorCore

extension Variable {
  /// y = mask x / (1 - rate), where each element of the mask is 0 with probability `rate` and else 1, so that the
  /// expected value of y is x (Srivastava et al., JMLR 15, 2014, section 10, "inverted dropout").
  ///
  ///     dx = mask dy / (1 - rate)
  ///
  /// The mask is a function of `key` and of the element's place; the backward pass draws it again instead of storing it.
  ///
  /// - Parameter rate: in 0 ..< 1.
  public func dropout(rate: Float, key: RandomKey) -> Variable {
    tape.record(value.droppingOut(rate: rate, key: key), from: [self]) { dy, gradients in
      gradients.write(to: self) { $0.writeDropout(dy, rate: rate, key: key) }
    }
  }
}
