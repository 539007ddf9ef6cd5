import KernelInterface

extension VectorKernels {
  public func combine(
    _ operation: BinaryOperation, _ a: StridedMatrix, _ b: StridedMatrix, into y: UnsafeMutablePointer<Float>,
    rows: Int, columns: Int, accumulates: Bool
  ) {
    /// Stores `value`, or what is there already plus `value`.
    @inline(__always)
    func overRows(_ value: (Vector, Vector) -> Vector) {
      if accumulates {
        forEachRow(a, b, y, rows: rows, columns: columns) { y, lanes, a, b in
          y.store(y.vector(lanes) + value(a, b), lanes)
        }
      } else {
        forEachRow(a, b, y, rows: rows, columns: columns) { y, lanes, a, b in y.store(value(a, b), lanes) }
      }
    }
    switch operation {
    case .add: overRows { $0 + $1 }
    case .subtract: overRows { $0 - $1 }
    case .multiply where accumulates:
      forEachRow(a, b, y, rows: rows, columns: columns) { y, lanes, a, b in
        y.store(y.vector(lanes).adding(a, times: b), lanes)
      }
    case .multiply: overRows { $0 * $1 }
    case .divide: overRows { $0 / $1 }
    case .maximum: overRows { $0.maximum($1).replacing(with: $1, where: $1 .!= $1) }
    case .minimum: overRows { $0.minimum($1).replacing(with: $1, where: $1 .!= $1) }
    case .equal: overRows { Vector.zero.replacing(with: 1, where: $0 .== $1) }
    }
  }
}

/// Calls `body` with the row's address in y, the place in the row, and the values of a and b there.
@inline(__always)
private func forEachRow(
  _ a: StridedMatrix, _ b: StridedMatrix, _ y: UnsafeMutablePointer<Float>, rows: Int, columns: Int,
  _ body: (UnsafeMutablePointer<Float>, Lanes, Vector, Vector) -> Void
) {
  guard columns > 0 else { return }
  for r in 0..<rows {
    let (aRow, bRow, yRow) = (a.base + r * a.rowStride, b.base + r * b.rowStride, y + r * columns)
    if a.columnStride == 1 && b.columnStride == 1 {
      forEachVector(columns) { body(yRow, $0, aRow.vector($0), bRow.vector($0)) }
    } else if a.columnStride == 1 {
      let bValue = Vector(repeating: bRow[0])
      forEachVector(columns) { body(yRow, $0, aRow.vector($0), bValue) }
    } else if b.columnStride == 1 {
      let aValue = Vector(repeating: aRow[0])
      forEachVector(columns) { body(yRow, $0, aValue, bRow.vector($0)) }
    } else {
      let (aValue, bValue) = (Vector(repeating: aRow[0]), Vector(repeating: bRow[0]))
      forEachVector(columns) { body(yRow, $0, aValue, bValue) }
    }
  }
}
