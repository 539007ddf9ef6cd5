import TensorCore

/// The same values in another order, or some of them.
extension Variable {
  /// The last two dimensions in each other's place: [..., m, n] -> [..., n, m].
  ///
  ///     dx = dy transposed
  public func transposed() -> Variable {
    precondition(shape.rank >= 2, "shape \(shape) has no rows and columns to exchange")
    return permuted(Array(0..<shape.rank - 2) + [shape.rank - 1, shape.rank - 2])
  }

  /// Dimension i of y is dimension `order[i]` of x.
  ///
  ///     dx = dy with its dimensions in the inverse order
  public func permuted(_ order: [Int]) -> Variable {
    let y = value.permuted(order)
    let inverse = order.indices.sorted { order[$0] < order[$1] }
    return tape.record(y, from: [self]) { dy, gradients in
      gradients.write(to: self) { $0.writePermuted(dy, inverse) }
    }
  }

  /// The part of `dimension` (negative: from the end) that lies in `range`.
  ///
  ///     dx = dy inside the range, 0 outside
  public func sliced(dimension: Int, range: Range<Int>) -> Variable {
    tape.record(value.sliced(dimension: dimension, range: range), from: [self]) { dy, gradients in
      gradients.write(to: self) { $0.writePadded(dy, dimension: dimension, at: range.lowerBound) }
    }
  }

  /// The variables one after the other along `dimension` (negative: from the end); the other extents are equal.
  ///
  ///     dx of each = its part of dy
  public static func concatenated(_ parts: [Variable], dimension: Int) -> Variable {
    precondition(!parts.isEmpty, "nothing to concatenate")
    let y = Tensor.concatenated(parts.map(\.value), dimension: dimension)
    return parts[0].tape.record(y, from: parts) { dy, gradients in
      var begin = 0
      for part in parts {
        let end = begin + part.shape[dimension]
        gradients.write(to: part) { $0.writeSlice(of: dy, dimension: dimension, range: begin..<end) }
        begin = end
      }
    }
  }
}
