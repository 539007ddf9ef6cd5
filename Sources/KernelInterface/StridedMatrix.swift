/// A matrix as an operand that may be broadcast: element [r, c] lies at base[r * rowStride + c * columnStride].
///
/// The column stride is 1, or 0 where one value serves the whole row; a row stride of 0 repeats one row.
public struct StridedMatrix {
  public var base: UnsafePointer<Float>
  public var rowStride: Int
  public var columnStride: Int

  public init(base: UnsafePointer<Float>, rowStride: Int, columnStride: Int) {
    self.base = base
    self.rowStride = rowStride
    self.columnStride = columnStride
  }
}

/// An operation on two values.
public enum BinaryOperation: CaseIterable, Sendable {
  case add, subtract, multiply, divide
  /// The greater and the smaller; NaN where either is.
  case maximum, minimum
  /// 1 where both are equal, else 0.
  case equal
}
