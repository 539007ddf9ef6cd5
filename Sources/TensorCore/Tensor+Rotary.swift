import KernelInterface

extension Tensor {
  /// Rotary position embedding of [batch, time, heads, headSize] or [batch, time, heads * headSize]: the heads in `heads`
  /// are turned, the others copied; so queries and keys are turned in place in a packed projection.
  ///
  /// - Parameters:
  ///   - heads: all where `nil`.
  ///   - offset: the position of time 0.
  public func rotated(
    by table: RotaryTable, heads: Range<Int>? = nil, offset: Int = 0, pairing: RotaryPairing = .halves
  ) -> Tensor {
    Tensor(shape, on: backend) {
      $0.writeRotated(self, by: table, heads: heads, offset: offset, pairing: pairing, isBackward: false)
    }
  }
}

extension TensorDestination {
  /// See `Tensor.rotated`; `isBackward` turns by the negative angle, which is what the gradient needs. x may be this memory.
  public func writeRotated(
    _ x: Tensor, by table: RotaryTable, heads: Range<Int>?, offset: Int, pairing: RotaryPairing, isBackward: Bool
  ) {
    precondition(x.shape == shape && shape.rank >= 3, "\(x.shape) into \(shape): [batch, time, ...] is wanted")
    guard shape.count > 0 else { return }
    let (time, headSize) = (shape[1], table.headSize)
    let width = shape.dimensions[2...].reduce(1, *)
    let heads = heads ?? 0..<width / headSize
    precondition(
      width % headSize == 0 && heads.lowerBound >= 0 && heads.upperBound * headSize <= width,
      "heads \(heads) of \(headSize) in \(shape)")
    precondition(
      offset >= 0 && offset + time <= table.positions,
      "\(time) positions from \(offset) on; the table has \(table.positions)")
    let turned = heads.lowerBound * headSize..<heads.upperBound * headSize
    backend.forEachRange(ofRows: shape[0] * time, columns: width) { tokens in
      for rest in [0..<turned.lowerBound, turned.upperBound..<width] where !rest.isEmpty {
        let at = tokens.lowerBound * width + rest.lowerBound
        backend.kernels.copyRows(
          x.base + at, xStride: width, into: base + at, yStride: width, rows: tokens.count, columns: rest.count,
          accumulates: accumulates)
      }
      var token = tokens.lowerBound
      while token < tokens.upperBound {
        let position = token % time
        let count = min(time - position, tokens.upperBound - token)
        let (row, at) = ((offset + position) * headSize / 2, token * width + turned.lowerBound)
        let rotation = Rotation(
          tokens: count, heads: heads.count, headSize: headSize, xStride: width, yStride: width, pairing: pairing,
          cosines: table.cosines.base + row, sines: table.sines.base + row, isBackward: isBackward)
        backend.kernels.rotate(rotation, x.base + at, into: base + at, accumulates: accumulates)
        token += count
      }
    }
    withExtendedLifetime((x, table, storage)) {}
  }
}
