import KernelInterface
import TensorCore

extension Variable {
  /// Rotary position embedding of [batch, time, heads, headSize] or [batch, time, heads * headSize], see `Tensor.rotated`.
  ///
  ///     dx = dy turned by the negative angles
  public func rotated(
    by table: RotaryTable, heads: Range<Int>? = nil, offset: Int = 0, pairing: RotaryPairing = .halves
  ) -> Variable {
    let y = value.rotated(by: table, heads: heads, offset: offset, pairing: pairing)
    return tape.record(y, from: [self]) { dy, gradients in
      gradients.write(to: self) {
        $0.writeRotated(dy, by: table, heads: heads, offset: offset, pairing: pairing, isBackward: true)
      }
    }
  }
}
